import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { BenchContext } from './figure.ts';

export interface SystemOptions {
  readonly data: string;
  readonly portBase: number;
  readonly samples: boolean;
  /** Folder of the flow files; the repository's own when absent. */
  readonly flows?: string;
}

export interface StartedSystem {
  readonly child: ChildProcess;
  /** From the command to its ready line. */
  readonly seconds: number;
  stop(): Promise<void>;
}

/** `npm start` as a user runs it: the bootstrap is in the time. */
export const startSystem = async (
  { root, signal }: BenchContext,
  { data, portBase, samples, flows }: SystemOptions,
): Promise<StartedSystem> => {
  const args = ['infra/setup/run.mjs', 'start', '--data', data, '--port-base', String(portBase)];
  if (!samples) args.push('--no-samples');
  if (flows !== undefined) args.push('--flows', flows);
  const since = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('Millrace is ready')) resolve();
    });
  });
  const early = ended.then((code) => {
    throw new Error(`npm start ended with ${code} before it was ready`);
  });
  await Promise.race([ready, early]);
  early.catch(() => {}); // it ends some time; only an end before the ready line is news
  return { child, seconds: (performance.now() - since) / 1000, stop };
};

/** Asks the command line of a running system, as an operator would. */
export const askMillrace = async <Answer>(
  { root }: BenchContext,
  stateFile: string,
  ...args: readonly string[]
): Promise<Answer> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['services/dlq-replayer/bin/millrace.mjs', ...args, '--json'],
    { cwd: root, env: { ...process.env, MILLRACE_STATE: stateFile } },
  );
  return JSON.parse(stdout) as Answer;
};
