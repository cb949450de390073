import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ensureMavenFolder, findJava } from '@millrace/embedded';
import type { BenchContext } from './figure.ts';
import type { Cost } from './meter.ts';
import { usageOfProcess } from './process-tree.ts';

const folder = join(import.meta.dirname, '../java');
const pom = join(folder, 'pom.xml');

/** The peers' class path, fetched once; null, with the reason said, where they cannot be run: figures then lack them. */
export const findJavaPeers = async ({ say, signal }: BenchContext): Promise<string | null> => {
  try {
    await findJava();
    const modules = await promisify(execFile)('java', ['--list-modules']);
    if (!modules.stdout.includes('jdk.compiler')) throw new Error('here is a Java without its compiler; install a JDK');
    const wanted = { pom, name: 'bench', what: 'Kafka Streams and the Parallel Consumer', megabytes: 110 };
    return join(await ensureMavenFolder(wanted, say, signal), 'lib', '*');
  } catch (error) {
    say(`no comparison with the Java peers: ${Error.isError(error) ? error.message : String(error)}`);
    return null;
  }
};

/** A peer's JVM; runs one request after the other, so that what it has compiled is kept. Ends when our process does. */
export interface JavaPeer {
  run(request: readonly (string | number)[]): Promise<Cost & { readonly records: number }>;
}

const sampleMs = 50;

/** Starts `java/<name>.java`. It tells by `first` and `done <records>` between which moments it is to be measured. */
export const startJavaPeer = (name: string, classPath: string, args: readonly string[]): JavaPeer => {
  const child = spawn('java', ['-Xmx1g', '-cp', classPath, join(folder, `${name}.java`), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { pid = 0 } = child;
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  const lines = createInterface({ input: child.stdout });
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code, by) => reject(new Error(`${name} ended with ${code ?? by}: ${complaint.trim()}`)));
    child.once('error', reject);
  });
  ended.catch(() => undefined);
  const line = (isIt: (text: string) => boolean): Promise<string> =>
    new Promise((resolve) => {
      const look = (text: string): void => {
        if (!isIt(text)) return;
        lines.off('line', look);
        resolve(text);
      };
      lines.on('line', look);
    });
  const measured = async (): Promise<Cost & { readonly records: number }> => {
    const done = line((text) => text.startsWith('done '));
    await Promise.race([line((text) => text === 'first'), ended]);
    const since = performance.now();
    const before = await usageOfProcess(pid);
    let rssMb = 0;
    const sampler = setInterval(() => {
      void usageOfProcess(pid).then(
        (usage) => {
          rssMb = Math.max(rssMb, usage.rssMb);
        },
        () => undefined,
      );
    }, sampleMs);
    try {
      const last = await Promise.race([done, ended]);
      const seconds = (performance.now() - since) / 1_000;
      const after = await usageOfProcess(pid);
      const startedAt = performance.timeOrigin + since;
      return {
        records: Number(last.slice('done '.length)),
        ...{ seconds, startedAt, endedAt: startedAt + seconds * 1_000 },
        cpuSeconds: after.cpuSeconds - before.cpuSeconds,
        rssMb,
      };
    } finally {
      clearInterval(sampler);
    }
  };
  return {
    run: (request) => {
      const running = measured();
      child.stdin.write(`${request.join(' ')}\n`);
      return running;
    },
  };
};
