import { setTimeout as sleep } from 'node:timers/promises';
import type {
  BrokerAdmin,
  BrokerDescription,
  CommittedOffset,
  GroupDescription,
  PartitionOffsets,
  RecordPosition,
  TopicDescription,
  TopicSpec,
} from '@millrace/messaging';
import kafkajs, { type Admin } from 'kafkajs';
import { someBroker } from '../access/access.ts';
import type { ClientConfig } from '../client-config.ts';
import { classifyClientFailure, clientError } from '../errors.ts';
import { nobody, takenBy } from '../membership/commit-of-nobody.ts';
import { earliest, groupBy, latest, partitionKey } from '../reading/log-access.ts';
import { createKafka, type OwnKafka, retryLittle } from './client.ts';
import { Connection } from './connection.ts';
import { readMaxMessageBytes } from './produce-transport.ts';

const { ConfigResourceTypes } = kafkajs;
/** Set on the topic itself; what a topic inherits is not its configuration. */
const setOnTopic = 1;
const leaderWaitMs = 15_000;

interface OpenAdmin {
  readonly own: OwnKafka;
  readonly admin: Admin;
  readonly connected: Promise<void>;
}

/** The administrator's port. After a failure the client is thrown away, so the next call starts with a fresh one. */
export class KafkaAdmin implements BrokerAdmin {
  readonly #config: ClientConfig;
  readonly #requestTimeoutMs: number;
  readonly #connection: Connection;
  #open: OpenAdmin | null = null;

  constructor(config: ClientConfig, requestTimeoutMs: number) {
    this.#config = config;
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#connection = new Connection(config, requestTimeoutMs);
  }

  describeBrokers(): Promise<readonly BrokerDescription[]> {
    return this.#with('describing the brokers', async (admin) => {
      const { brokers } = await admin.describeCluster();
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: brokers.map(({ nodeId }) => ({ type: ConfigResourceTypes.BROKER, name: String(nodeId) })),
      });
      return resources.map(({ resourceName, configEntries }) => ({
        id: Number(resourceName),
        config: Object.fromEntries(
          configEntries.flatMap(({ configName, configValue }) =>
            configValue === null ? [] : [[configName, configValue]],
          ),
        ),
      }));
    });
  }

  describeTopics(names?: readonly string[]): Promise<readonly TopicDescription[]> {
    return this.#with('describing topics', async (admin) => {
      const existing = new Set(await admin.listTopics());
      const wanted = (names ?? [...existing]).filter(
        (name) => existing.has(name) && (names !== undefined || !isInternal(name)),
      );
      if (wanted.length === 0) return [];
      const { topics } = await admin.fetchTopicMetadata({ topics: wanted });
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: wanted.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
      });
      const configs = new Map(
        resources.map(({ resourceName, configEntries }) => [resourceName, overrides(configEntries)]),
      );
      return topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.length,
        replicationFactor: partitions[0]?.replicas.length ?? 0,
        config: configs.get(name) ?? {},
      }));
    });
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<void> {
    if (specs.length === 0) return;
    await this.#with('creating topics', async (admin) => {
      await admin.createTopics({
        waitForLeaders: false,
        timeout: this.#requestTimeoutMs,
        topics: specs.map(({ name, partitions, replicationFactor, config }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
        })),
      });
    });
    // One that existed keeps its own count.
    await this.#waitForLeaders(specs.map(({ name }) => ({ name, partitions: 1 })));
  }

  async createPartitions(topic: string, total: number): Promise<void> {
    await this.#with('adding partitions', (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic, count: total }], timeout: this.#requestTimeoutMs }),
    );
    await this.#waitForLeaders([{ name: topic, partitions: total }]);
  }

  /** The protocol version at hand replaces all of a topic's settings, so they are read and merged first. */
  alterTopicConfig(topic: string, config: Readonly<Record<string, string>>): Promise<void> {
    return this.#with('altering a topic', async (admin) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
      });
      const merged = { ...overrides(resources[0]?.configEntries ?? []), ...config };
      await admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: ConfigResourceTypes.TOPIC,
            name: topic,
            configEntries: Object.entries(merged).map(([name, value]) => ({ name, value })),
          },
        ],
      });
    });
  }

  async offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]> {
    return this.#ask('reading offsets', async () => {
      const partitions = await this.#partitions(topics);
      const starts = await this.#connection.listOffsets(
        partitions.map((each) => ({ ...each, at: earliest })),
        0,
      );
      const ends = await this.#connection.listOffsets(
        partitions.map((each) => ({ ...each, at: latest })),
        0,
      );
      return partitions.map(({ topic, partition }) => {
        const key = partitionKey(topic, partition);
        return { topic, partition, earliest: starts.get(key) ?? 0, latest: ends.get(key) ?? 0 };
      });
    });
  }

  async offsetsAtTime(
    topic: string,
    epochMs: number,
  ): Promise<readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]> {
    return this.#ask('reading offsets by time', async () => {
      const partitions = await this.#partitions([topic]);
      const found = await this.#connection.listOffsets(
        partitions.map((each) => ({ ...each, at: epochMs })),
        0,
      );
      const ends = await this.#connection.listOffsets(
        partitions.map((each) => ({ ...each, at: latest })),
        0,
      );
      return partitions.map(({ partition }) => {
        const key = partitionKey(topic, partition);
        const offset = found.get(key) ?? -1;
        return { topic, partition, offset: offset < 0 ? (ends.get(key) ?? 0) : offset };
      });
    });
  }

  describeGroups(groups: readonly string[]): Promise<readonly GroupDescription[]> {
    return this.#with('describing groups', async (admin) => {
      const described = groups.length === 0 ? [] : (await admin.describeGroups([...groups])).groups;
      const members = new Map(described.map((one) => [one.groupId, one.members.length]));
      return groups.map((group) => ({ group, members: members.get(group) ?? 0 }));
    });
  }

  async committed(
    group: string,
    topics: readonly string[],
  ): Promise<
    readonly { readonly topic: string; readonly partition: number; readonly committed: CommittedOffset | null }[]
  > {
    return this.#with('reading committed offsets', async (admin) => {
      const found = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
      return found.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset, metadata }) => ({
          topic,
          partition,
          committed: Number(offset) < 0 ? null : { offset: Number(offset), metadata: metadata ?? '' },
        })),
      );
    });
  }

  /** By hand: the client's own way joins the group for it. */
  setOffsets(group: string, positions: readonly RecordPosition[]): Promise<void> {
    return this.#ask('setting offsets', async () => {
      const coordinator = await this.#connection.coordinator(group);
      const topics = [...groupBy(positions, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
        topic,
        partitions: ofTopic.map(({ partition, offset }) => ({ partition, offset: String(offset), metadata: '' })),
      }));
      await coordinator
        .offsetCommit({ groupId: group, memberId: nobody.memberId, groupGenerationId: nobody.generationId, topics })
        .catch(takenBy(group));
    });
  }

  /** The largest record batch a topic accepts; null where the brokers do not tell this client. */
  maxMessageBytes(topic: string): Promise<number | null> {
    return this.#with('reading a topic’s limit', (admin) => readMaxMessageBytes(admin, topic));
  }

  async isReachable(timeoutMs: number): Promise<boolean> {
    const limit = new AbortController();
    const answer = this.#connection.ping().then(
      () => true,
      () => false,
    );
    const late = sleep(timeoutMs, false, { signal: limit.signal }).catch(() => false);
    const isReachable = await Promise.race([answer, late]);
    limit.abort();
    if (!isReachable) this.#connection.reset();
    return isReachable;
  }

  close(): void {
    this.#discard();
    this.#connection.close();
  }

  async #partitions(topics: readonly string[]): Promise<{ readonly topic: string; readonly partition: number }[]> {
    const found: { topic: string; partition: number }[] = [];
    for (const topic of topics) {
      const partitions = [...(await this.#connection.locate(topic)).keys()].sort((a, b) => a - b);
      for (const partition of partitions) found.push({ topic, partition });
    }
    return found;
  }

  /** A topic just made has no leaders for a moment, and not every broker knows it yet. */
  async #waitForLeaders(specs: readonly { readonly name: string; readonly partitions: number }[]): Promise<void> {
    const until = performance.now() + leaderWaitMs;
    for (const { name, partitions } of specs)
      for (;;) {
        const leaders = await this.#connection.locate(name).catch(() => new Map<number, number>());
        if (leaders.size >= partitions && [...leaders.values()].every((leader) => leader >= 0)) break;
        if (performance.now() > until)
          throw clientError(`waiting for leaders of ${name}`, { type: 'LEADER_NOT_AVAILABLE' });
        await sleep(50);
      }
  }

  async #ask<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (first) {
      // A connection that the broker closed while idle is met by the first request: one more try with a new one.
      this.#connection.reset();
      if (!isPassing(first)) throw clientError(doing, first);
      return action().catch((error: unknown) => {
        this.#connection.reset();
        throw clientError(doing, error);
      });
    }
  }

  async #with<T>(doing: string, action: (admin: Admin) => Promise<T>): Promise<T> {
    for (let tried = 0; ; tried++) {
      const open = this.#opened();
      try {
        await open.connected;
        return await action(open.admin);
      } catch (error) {
        this.#config.access?.failed(someBroker, error);
        if (this.#open === open) this.#discard();
        if (tried > 0 || !isPassing(error)) throw clientError(doing, error);
      }
    }
  }

  #opened(): OpenAdmin {
    if (this.#open === null) {
      const own = createKafka(this.#config, retryLittle, this.#requestTimeoutMs);
      const admin = own.kafka.admin({ retry: retryLittle });
      this.#open = { own, admin, connected: admin.connect() };
    }
    return this.#open;
  }

  #discard(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    open.own.sockets.end();
    open.admin.disconnect().catch(() => undefined);
  }
}

const isInternal = (topic: string): boolean => topic.startsWith('__');

const isPassing = (error: unknown): boolean => ['unavailable', 'moved'].includes(classifyClientFailure(error));

function overrides(
  entries: readonly { readonly configName: string; readonly configValue: string; readonly configSource: number }[],
): Record<string, string> {
  return Object.fromEntries(
    entries
      .filter(({ configSource, configValue }) => configSource === setOnTopic && configValue !== null)
      .map(({ configName, configValue }) => [configName, configValue]),
  );
}
