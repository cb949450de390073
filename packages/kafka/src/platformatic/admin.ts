import { setTimeout as sleep } from 'node:timers/promises';
import type {
  BrokerAdmin,
  BrokerDescription,
  CommittedOffset,
  GroupDescription,
  PartitionOffsets,
  RecordPosition,
  TopicDescription,
  TopicPartition,
  TopicSpec,
} from '@millrace/messaging';
import type { ClientConfig } from '../client-config.ts';
import { classifyClientFailure, clientError } from '../errors.ts';
import { nobody, takenBy } from '../membership/commit-of-nobody.ts';
import { earliest, type Isolation, latest, partitionKey } from '../reading/log-access.ts';
import type { CreatedTopics, DescribedConfigs } from './client.ts';
import { Cluster } from './cluster.ts';
import { BrokerAnswerError } from './failure.ts';
import { GroupCoordinator } from './group-coordinator.ts';

const topicResource = 2;
const brokerResource = 4;
const setOperation = 0;
/** Set on the topic itself; what a topic inherits is not its configuration. */
const setOnTopic = 1;
const leaderWaitMs = 15_000;
const everything: Isolation = 0;

/** The administrator's port. After a failure all connections are thrown away, so the next call starts with fresh ones. */
export class PlatformaticAdmin implements BrokerAdmin {
  readonly #requestTimeoutMs: number;
  readonly #cluster: Cluster;

  constructor(config: ClientConfig, requestTimeoutMs: number) {
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#cluster = new Cluster(config, requestTimeoutMs);
  }

  describeBrokers(): Promise<readonly BrokerDescription[]> {
    return this.#ask('describing the brokers', async () => {
      const { brokers } = await this.#cluster.metadata([]);
      return Promise.all(
        brokers.map(async ({ nodeId }) => {
          const resource = { resourceType: brokerResource, resourceName: String(nodeId), configurationKeys: null };
          const { results } = await this.#cluster.ask(nodeId, (link, { describeConfigsV2 }) =>
            describeConfigsV2.api.async(link, [resource] as never, false, false),
          );
          const entries = results.flatMap(({ configs }) => configs);
          return {
            id: nodeId,
            config: Object.fromEntries(
              entries.flatMap(({ name, value }) => (value == null ? [] : [[name, value] as const])),
            ),
          };
        }),
      );
    });
  }

  describeTopics(names?: readonly string[]): Promise<readonly TopicDescription[]> {
    return this.#ask('describing topics', async () => {
      const { topics } = await this.#cluster.metadata(names ?? null);
      const found = topics.filter(
        ({ partitions, isInternal }) => partitions.length > 0 && (names !== undefined || !isInternal),
      );
      const configs = await this.#describeConfigs(found.map(({ name }) => name));
      return found.map(({ name, partitions }) => ({
        name,
        partitions: partitions.length,
        replicationFactor: partitions[0]?.replicaNodes.length ?? 0,
        config: overrides(configs.find(({ resourceName }) => resourceName === name)),
      }));
    });
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<void> {
    if (specs.length === 0) return;
    await this.#ask('creating topics', async () => {
      const wanted = specs.map(({ name, partitions, replicationFactor, config }) => ({
        name,
        numPartitions: partitions,
        replicationFactor,
        assignments: [],
        configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      }));
      const answer = await this.#cluster.ask(await this.#cluster.controller(), (link, { createTopicsV5 }) =>
        createTopicsV5.api.async(link, wanted, this.#requestTimeoutMs, false).catch(answerIn<CreatedTopics>),
      );
      await this.#demand(answer.topics, ['TOPIC_ALREADY_EXISTS']);
    });
    // One that existed keeps its own count.
    await this.#waitForLeaders(specs.map(({ name }) => ({ name, partitions: 1 })));
  }

  async createPartitions(topic: string, total: number): Promise<void> {
    await this.#ask('adding partitions', async () => {
      await this.#cluster.ask(await this.#cluster.controller(), (link, { createPartitionsV1 }) =>
        createPartitionsV1.api.async(
          link,
          [{ name: topic, count: total, assignments: null as never }],
          this.#requestTimeoutMs,
          false,
        ),
      );
    });
    await this.#waitForLeaders([{ name: topic, partitions: total }]);
  }

  alterTopicConfig(topic: string, config: Readonly<Record<string, string>>): Promise<void> {
    return this.#ask('altering a topic', async () => {
      const configs = Object.entries(config).map(([name, value]) => ({ name, value, configOperation: setOperation }));
      await this.#cluster.ask(await this.#cluster.controller(), (link, { incrementalAlterConfigsV0 }) =>
        incrementalAlterConfigsV0.api.async(
          link,
          [{ resourceType: topicResource, resourceName: topic, configs }] as never,
          false,
        ),
      );
    });
  }

  offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]> {
    return this.#ask('reading offsets', async () => {
      const partitions = await this.#partitions(topics);
      const [starts, ends] = await Promise.all([this.#at(partitions, earliest), this.#at(partitions, latest)]);
      return partitions.map(({ topic, partition }) => {
        const key = partitionKey(topic, partition);
        return { topic, partition, earliest: starts.get(key) ?? 0, latest: ends.get(key) ?? 0 };
      });
    });
  }

  offsetsAtTime(topic: string, epochMs: number): Promise<readonly RecordPosition[]> {
    return this.#ask('reading offsets by time', async () => {
      const partitions = await this.#partitions([topic]);
      const [found, ends] = await Promise.all([this.#at(partitions, epochMs), this.#at(partitions, latest)]);
      return partitions.map(({ partition }) => {
        const key = partitionKey(topic, partition);
        const offset = found.get(key) ?? -1;
        return { topic, partition, offset: offset < 0 ? (ends.get(key) ?? 0) : offset };
      });
    });
  }

  describeGroups(groups: readonly string[]): Promise<readonly GroupDescription[]> {
    return this.#ask('describing groups', () =>
      Promise.all(groups.map(async (group) => ({ group, members: await this.#coordinator(group).countMembers() }))),
    );
  }

  committed(
    group: string,
    topics: readonly string[],
  ): Promise<readonly (TopicPartition & { readonly committed: CommittedOffset | null })[]> {
    return this.#ask('reading committed offsets', async () =>
      this.#coordinator(group).committed(await this.#partitions(topics)),
    );
  }

  setOffsets(group: string, positions: readonly RecordPosition[]): Promise<void> {
    return this.#ask('setting offsets', () => this.#coordinator(group).commit(nobody, positions).catch(takenBy(group)));
  }

  /** The largest record batch a topic accepts; null where the brokers do not tell this client. */
  maxMessageBytes(topic: string): Promise<number | null> {
    return this.#ask('reading a topic’s limit', async () => {
      const [found] = await this.#describeConfigs([topic], ['max.message.bytes']);
      const value = Number(found?.configs.find(({ name }) => name === 'max.message.bytes')?.value);
      return Number.isFinite(value) && value > 0 ? value : null;
    });
  }

  async isReachable(timeoutMs: number): Promise<boolean> {
    const limit = new AbortController();
    const answer = this.#cluster.ping().then(
      () => true,
      () => false,
    );
    const late = sleep(timeoutMs, false, { signal: limit.signal }).catch(() => false);
    const isReachable = await Promise.race([answer, late]);
    limit.abort();
    if (!isReachable) this.#cluster.reset();
    return isReachable;
  }

  close(): void {
    this.#cluster.close();
  }

  /** Only for requests that need no membership. */
  #coordinator(group: string): GroupCoordinator {
    return new GroupCoordinator(this.#cluster, {
      group,
      instanceId: null,
      sessionTimeoutMs: this.#requestTimeoutMs,
      rebalanceTimeoutMs: this.#requestTimeoutMs,
    });
  }

  #at(partitions: readonly TopicPartition[], at: number): Promise<ReadonlyMap<string, number>> {
    return this.#cluster.listOffsets(
      partitions.map(({ topic, partition }) => ({ topic, partition, at })),
      everything,
    );
  }

  async #partitions(topics: readonly string[]): Promise<readonly TopicPartition[]> {
    const located = await this.#cluster.locateAll(topics);
    return located.flatMap(([topic, leaders]) =>
      [...leaders.keys()].sort((a, b) => a - b).map((partition) => ({ topic, partition })),
    );
  }

  async #describeConfigs(
    names: readonly string[],
    keys: readonly string[] | null = null,
  ): Promise<readonly DescribedConfigs[]> {
    if (names.length === 0) return [];
    const resources = names.map((resourceName) => ({
      resourceType: topicResource,
      resourceName,
      configurationKeys: keys === null ? null : [...keys],
    }));
    const answer = await this.#cluster.ask(await this.#cluster.controller(), (link, { describeConfigsV2 }) =>
      describeConfigsV2.api.async(link, resources as never, false, false),
    );
    return answer.results;
  }

  async #demand(
    results: readonly { readonly errorCode: number; readonly name: string }[],
    tolerated: readonly string[],
  ): Promise<void> {
    const { protocolErrorsCodesById } = await this.#cluster.client();
    for (const { errorCode } of results) {
      const type = protocolErrorsCodesById[errorCode] ?? `error ${errorCode}`;
      if (errorCode !== 0 && !tolerated.includes(type)) throw new BrokerAnswerError(type);
    }
  }

  /** A topic just made has no leaders for a moment, and not every broker knows it yet. */
  async #waitForLeaders(specs: readonly { readonly name: string; readonly partitions: number }[]): Promise<void> {
    const until = performance.now() + leaderWaitMs;
    for (const { name, partitions } of specs)
      for (;;) {
        const leaders = await this.#cluster.locate(name).catch(() => new Map<number, number>());
        if (leaders.size >= partitions && [...leaders.values()].every((leader) => leader >= 0)) break;
        if (performance.now() > until)
          throw clientError(`waiting for leaders of ${name}`, new BrokerAnswerError('LEADER_NOT_AVAILABLE'));
        await sleep(50);
      }
  }

  /** A connection that the broker closed while idle is met by the first request: one more try with a new one. */
  async #ask<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (first) {
      if (!isPassing(first)) throw clientError(doing, first);
      this.#cluster.reset();
      return action().catch((error: unknown) => {
        throw clientError(doing, error);
      });
    }
  }
}

const isPassing = (error: unknown): boolean => ['unavailable', 'moved'].includes(classifyClientFailure(error));

/** An answer with an error in it, for callers that look at each part themselves. */
function answerIn<T>(error: unknown): T {
  const { response } = error as { readonly response?: T };
  if (response === undefined) throw error;
  return response;
}

const overrides = (result: DescribedConfigs | undefined): Record<string, string> =>
  Object.fromEntries(
    (result?.configs ?? [])
      .filter(({ configSource, value }) => configSource === setOnTopic && value !== null)
      .map(({ name, value }) => [name, value as string]),
  );
