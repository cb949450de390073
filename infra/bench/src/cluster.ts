import { groupTopics, type Topic, topics } from '@millrace/contracts';
import { type RunningServers, startServers } from '@millrace/embedded';
import { connectRegistry, connectSchemaAdmin, type KafkaBroker, type RegistrySerde } from '@millrace/kafka';
import type { InboundRecord, OutboundRecord } from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import { connectDriver } from './drivers.ts';
import type { BenchContext } from './figure.ts';

export const partitions = 6;

/** What of a topic has nothing to do with the type of its values. */
export type TopicShape = Pick<Topic<unknown>, 'name' | 'subject' | 'schema' | 'partitions'>;

/** Where a subject finds the servers. */
export interface Servers {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly postgresUrl: string;
}

/** Servers of a bench's own, and what prepares them. */
export interface Cluster extends AsyncDisposable {
  readonly servers: Servers;
  readonly broker: KafkaBroker;
  /** Makes the topics, with their schemas where they have one. */
  create(made: readonly (TopicShape | string)[]): Promise<void>;
  /** Makes what a consumer group of ours needs beside its source topics. */
  createGroup(group: string): Promise<void>;
  /** Writes so many records, as fast as it goes; resolves when all are acknowledged. */
  fill(count: number, make: (index: number) => OutboundRecord): Promise<void>;
  /** Pins what the topics' schemas have as ids. */
  serde(...pinned: readonly TopicShape[]): Promise<RegistrySerde>;
  /** Everything that stands in the topic now. */
  read(topic: string): AsyncIterable<InboundRecord>;
  /** Records that ever were in the topic. */
  count(topic: string): Promise<number>;
  close(): Promise<void>;
}

/** Sent at once; stays well inside the producer's buffer. */
const chunk = 4_000;

/** Real servers on free ports and throw-away data, the JVM free to compile as far as it likes. */
export const startCluster = async ({ say }: BenchContext): Promise<Cluster> => {
  const running: RunningServers = await startServers({ tuning: 'throughput', durable: true });
  say('Kafka, the registry and Postgres are up');
  const { kafkaBrokers: brokers, registryUrl, postgresUrl } = running;
  const broker = connectDriver('kafkajs', { brokers });
  const registry = connectSchemaAdmin({ url: registryUrl, timeoutMs: 30_000 });
  const producer = await broker.createProducer();
  const create = async (made: readonly (TopicShape | string)[]): Promise<void> => {
    await broker.admin.createTopics(
      made.map((topic) => ({
        name: typeof topic === 'string' ? topic : topic.name,
        partitions: typeof topic === 'string' ? partitions : topic.partitions,
        replicationFactor: 1,
        config: {},
      })),
    );
    for (const topic of made) if (typeof topic !== 'string') await registry.register(topic.subject, topic.schema);
  };
  await create([topics.opsPipelines, topics.opsReplayAck, topics.opsControl]);
  const close = async (): Promise<void> => {
    await producer.close().catch(() => undefined);
    await broker.close();
    await running.stop();
  };
  return {
    servers: { brokers, registryUrl, postgresUrl },
    broker,
    create,
    createGroup: async (group) => {
      const { retry, dlq, lane } = groupTopics(group);
      await create([...Object.values(retry), dlq, lane]);
    },
    fill: async (count, make) => {
      for (let from = 0; from < count; from += chunk) {
        const size = Math.min(chunk, count - from);
        await Promise.all(Array.from({ length: size }, (_, index) => producer.send(make(from + index))));
      }
    },
    serde: (...pinned) => pinnedSerde(registryUrl, ...pinned),
    read: async function* (topic) {
      const offsets = await broker.admin.offsets([topic]);
      yield* broker.readRanges(offsets.map(({ partition, latest }) => ({ topic, partition, from: 0, to: latest })));
    },
    count: async (topic) => {
      const offsets = await broker.admin.offsets([topic]);
      return offsets.reduce((sum, { latest }) => sum + latest, 0);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};

/** A serde whose ids of these topics are pinned. */
export const pinnedSerde = async (registryUrl: string, ...pinned: readonly TopicShape[]): Promise<RegistrySerde> => {
  const serde = connectRegistry({ url: registryUrl, logger: createLogger({ service: 'bench', level: 'error' }) });
  await serde.pin(pinned as readonly Topic<unknown>[]); // their schemas are all that is looked at
  return serde;
};
