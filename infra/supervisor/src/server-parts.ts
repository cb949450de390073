import { join } from 'node:path';
import {
  type JavaParts,
  type PreparedKafka,
  type Progress,
  prepareKafka,
  type RunningPart,
  startPostgres,
  startRegistry,
} from '@millrace/embedded';
import { host, type KafkaNodes, kafkaNodes, type Ports } from './layout.ts';
import type { Part, RunningChild } from './part.ts';
import type { ServerParts } from './system.ts';

export interface ServerPartsOptions {
  readonly dataDir: string;
  readonly ports: Ports;
  readonly kafkaNodes: KafkaNodes;
  readonly postgresPassword: string;
  /** Called at each start: after a restart nothing is fetched again. */
  readonly javaParts: () => Promise<JavaParts>;
  readonly onProgress: (part: string, message: string) => void;
}

/** Kafka, the registry and Postgres as parts to keep, each with its data and log below the data folder. */
export const serverParts = (options: ServerPartsOptions): ServerParts => {
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
    kafka: kafkaParts(ports, options.kafkaNodes, async (signal) => {
      const { onProgress, ...whole } = place('kafka');
      onProgress('starting');
      return prepareKafka({
        ...whole,
        port: ports.kafka,
        controllerPort: ports.kafkaController,
        nodes: options.kafkaNodes,
        parts: await javaParts(),
        onProgress,
        signal,
      });
    }),
    registry: server('registry', async (signal) =>
      startRegistry({ ...place('registry'), port: ports.registry, parts: await javaParts(), signal }),
    ),
    postgres: server('postgres', (signal) =>
      startPostgres({ ...place('postgres'), port: ports.postgres, password: options.postgresPassword, signal }),
    ),
  };
};

/** A part for each node: the storage is formatted once for all of them, then each is kept alive by itself. */
const kafkaParts = (
  ports: Ports,
  nodes: KafkaNodes,
  prepare: (signal: AbortSignal | undefined) => Promise<PreparedKafka>,
): readonly Part[] => {
  let prepared: Promise<PreparedKafka> | undefined;
  return kafkaNodes(ports, nodes).map(({ name }, index) => ({
    name,
    start: async (signal): Promise<RunningChild> => {
      prepared ??= prepare(signal);
      const node = (await prepared).nodes[index];
      if (node === undefined) throw new Error(`the cluster has no node for ${name}`);
      return node.start(signal);
    },
  }));
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
export const kafkaBrokers = (ports: Ports, nodes: KafkaNodes): readonly string[] =>
  kafkaNodes(ports, nodes).map(({ port }) => `${host}:${port}`);
