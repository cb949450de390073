import { join } from 'node:path';
import {
  type JavaParts,
  type Progress,
  type RunningPart,
  startKafka,
  startPostgres,
  startRegistry,
} from '@millrace/embedded';
import { host, type Ports } from './layout.ts';
import type { Part, RunningChild } from './part.ts';

export interface ServerPartsOptions {
  readonly dataDir: string;
  readonly ports: Ports;
  readonly postgresPassword: string;
  /** Called at each start: after a restart nothing is fetched again. */
  readonly javaParts: () => Promise<JavaParts>;
  readonly onProgress: (part: string, message: string) => void;
}

/** Kafka, the registry and Postgres as parts to keep, each with its data and log below the data folder. */
export const serverParts = (options: ServerPartsOptions): Readonly<Record<'kafka' | 'registry' | 'postgres', Part>> => {
  const { dataDir, ports, javaParts } = options;
  const progress =
    (part: string): Progress =>
    (message) =>
      options.onProgress(part, message);
  const place = (part: string) => ({
    dataDir: join(dataDir, part),
    logFile: join(dataDir, 'logs', `${part}.log`),
    host,
    onProgress: progress(part),
  });
  return {
    kafka: server('kafka', async (signal) =>
      startKafka({
        ...place('kafka'),
        port: ports.kafka,
        controllerPort: ports.kafkaController,
        parts: await javaParts(),
        signal,
      }),
    ),
    registry: server('registry', async (signal) =>
      startRegistry({ ...place('registry'), port: ports.registry, parts: await javaParts(), signal }),
    ),
    postgres: server('postgres', (signal) =>
      startPostgres({ ...place('postgres'), port: ports.postgres, password: options.postgresPassword, signal }),
    ),
  };
};

/** The servers' own start resolves when they are ready. */
const server = (name: string, start: (signal: AbortSignal | undefined) => Promise<RunningPart>): Part => ({
  name,
  start: async (signal): Promise<RunningChild> => {
    const { pid, exited, stop } = await start(signal);
    return { pid, exited, stop, ready: Promise.resolve() };
  },
});

export const postgresUrl = (ports: Ports, password: string): string =>
  `postgres://millrace:${encodeURIComponent(password)}@${host}:${ports.postgres}/millrace`;
export const registryUrl = (ports: Ports): string => `http://${host}:${ports.registry}/apis/ccompat/v7`;
export const kafkaBrokers = (ports: Ports): readonly string[] => [`${host}:${ports.kafka}`];
