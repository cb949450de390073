import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from './kafka.ts';
import type { Progress } from './part.ts';
import { freePortRun, freePorts } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { prepareJavaParts } from './prepare.ts';
import { startRegistry } from './registry.ts';

/** The three servers, on free ports and throw-away data. */
export interface RunningServers {
  readonly kafkaBrokers: readonly string[];
  readonly registryUrl: string;
  readonly postgresUrl: string;
  /** Ends them and removes their data. Idempotent. */
  stop(): Promise<void>;
}

export interface ServersOptions {
  readonly onProgress?: (part: string, message: string) => void;
  /** As in `startKafka`. */
  readonly tuning?: 'start' | 'throughput';
  readonly nodes?: 1 | 3;
  /** Whether Postgres waits for its disk, as it must where its speed is measured; false when absent. */
  readonly durable?: boolean;
}

/** Starts Kafka, the registry and Postgres side by side for a test run or a benchmark; they end with this process. */
export const startServers = async (options: ServersOptions = {}): Promise<RunningServers> => {
  const progress =
    (part: string): Progress =>
    (message) =>
      options.onProgress?.(part, message);
  await sweep();
  const parts = await prepareJavaParts(progress('Kafka'));
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  await chmod(folder, 0o755); // Postgres may run as another user
  const nodes = options.nodes ?? 1;
  const [registryPort = 0, postgresPort = 0] = await freePorts(2);
  const port = await freePortRun(2 * nodes); // each node takes two
  const controllerPort = port + 1;
  const started = await Promise.allSettled([
    startKafka({
      dataDir: join(folder, 'kafka'),
      port,
      controllerPort,
      nodes,
      parts,
      tuning: options.tuning ?? 'start',
      onProgress: progress('Kafka'),
    }),
    startRegistry({ dataDir: join(folder, 'registry'), port: registryPort, parts, onProgress: progress('Registry') }),
    startPostgres({
      dataDir: join(folder, 'postgres'),
      port: postgresPort,
      password: randomBytes(12).toString('hex'),
      durable: options.durable ?? false,
      onProgress: progress('Postgres'),
    }),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(async (result) => (result.status === 'fulfilled' ? result.value.stop() : undefined)));
    await rm(folder, { recursive: true, force: true });
  };
  const [kafka, registry, postgres] = started;
  if (kafka.status === 'fulfilled' && registry.status === 'fulfilled' && postgres.status === 'fulfilled') {
    return {
      kafkaBrokers: kafka.value.brokers,
      registryUrl: registry.value.url,
      postgresUrl: postgres.value.url,
      stop,
    };
  }
  await stop();
  throw started.find((result) => result.status === 'rejected')?.reason;
};

const prefix = 'millrace-servers-';

/** Removes the data of runs that were killed. */
const sweep = async (): Promise<void> => {
  for (const name of (await readdir(tmpdir())).filter((entry) => entry.startsWith(prefix))) {
    const owner = Number(name.slice(prefix.length).split('-')[0]);
    if (!isAlive(owner)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
