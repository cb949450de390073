import type { ClientConfig } from '../client-config.ts';
import { type ClientFailure, classifyClientFailure } from '../errors.ts';
import type { LogIds } from '../membership/log-watch.ts';
import { groupBy, type Isolation, type OffsetQuestion, partitionKey } from '../reading/log-access.ts';
import {
  type Address,
  type Client,
  createLink,
  cutLink,
  type Link,
  loadClient,
  type Metadata,
  openLink,
  parseAddress,
} from './client.ts';
import { BrokerAnswerError, failureOfClient } from './failure.ts';

/** Requests that wait long at the broker hold up every later one on their connection, so they have one of their own. */
export type Lane = 'main' | 'lookup' | 'group' | 'join' | 'fetch';

interface LinkOptions {
  readonly lane?: Lane;
  readonly requestTimeoutMs?: number;
}

const groupCoordinator = 0;
/** A question that any broker can answer is small: one that takes longer is silent, and another is asked. */
const answerWithinMs = 5_000;
/** A broker that is cut off from its cluster still answers who leads, as it was: nobody is asked for longer than this. */
const sameBrokerMs = 10_000;
const nameOf = ({ host, port }: Address): string => `${host}:${port}`;
/** What one broker's failure does not say of another. */
const mayOtherAnswer: ReadonlySet<ClientFailure> = new Set(['unavailable', 'shut-out']);
const closedCluster = (): Error => Object.assign(new Error('closed by its owner'), { code: 'ECONNABORTED' });

/**
 * The cluster as one owner sees it: who leads what, and connections to whom it needs. The protocol versions asked for
 * are those of Kafka 2.4 to 4.x. Holds no work: after any failure `reset` throws all connections away.
 */
export class Cluster {
  readonly #config: ClientConfig;
  readonly #requestTimeoutMs: number;
  readonly #links = new Map<string, Promise<Link>>();
  readonly #open = new Set<Link>();
  readonly #addresses = new Map<number, Address>();
  readonly #leaders = new Map<string, ReadonlyMap<number, number>>();
  /** The broker that is asked what any can answer, and since when. */
  #good: Address | null = null;
  #goodSince = 0;
  #controller = -1;
  #closed = false;

  constructor(config: ClientConfig, requestTimeoutMs: number) {
    this.#config = config;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  async locate(topic: string): Promise<ReadonlyMap<number, number>> {
    const [found] = await this.locateAll([topic]);
    return (found as readonly [string, ReadonlyMap<number, number>])[1];
  }

  /** In one request; rejects when one of the topics is not there. */
  async locateAll(topics: readonly string[]): Promise<readonly (readonly [string, ReadonlyMap<number, number>])[]> {
    if (topics.length === 0) return [];
    const { protocolErrorsCodesById } = await this.client();
    const answer = await this.metadata(topics);
    return topics.map((name) => {
      const topic = answer.topics.find((each) => each.name === name);
      if (topic === undefined) throw new BrokerAnswerError('UNKNOWN_TOPIC_OR_PARTITION');
      if (topic.errorCode !== 0 && topic.partitions.length === 0)
        throw new BrokerAnswerError(protocolErrorsCodesById[topic.errorCode] ?? `error ${topic.errorCode}`);
      const leaders = new Map(topic.partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId]));
      this.#leaders.set(name, leaders);
      return [name, leaders] as const;
    });
  }

  /** From what is known now, without asking; null when nothing is. */
  leader(topic: string, partition: number): number | null {
    const leader = this.#leaders.get(topic)?.get(partition);
    return leader === undefined || leader < 0 ? null : leader;
  }

  /** The same, where there must be one. */
  demandLeader(topic: string, partition: number): number {
    const leader = this.leader(topic, partition);
    if (leader === null) throw new BrokerAnswerError('LEADER_NOT_AVAILABLE');
    return leader;
  }

  /** Null asks for every topic. Errors of single topics and partitions are in the answer, not thrown. */
  metadata(topics: readonly string[] | null): Promise<Metadata> {
    return this.#anywhere(async (link, { metadataV8 }) => {
      const answer = await wholeAnswer(metadataV8.api.async(link, topics === null ? null : [...topics], false));
      for (const { nodeId, host, port } of answer.brokers) this.#addresses.set(nodeId, { host, port });
      this.#controller = answer.controllerId;
      return answer;
    });
  }

  async ping(): Promise<void> {
    await this.metadata([]);
  }

  /** The ids of these topics; none where the brokers are too old to tell. */
  async logIds(topics: readonly string[]): Promise<LogIds> {
    return this.#anywhere(async (link, { apiVersionsV3, metadataV10 }) => {
      const { apiKeys } = await apiVersionsV3.api.async(link, 'millrace', '1');
      const { maxVersion = 0 } = apiKeys.find(({ apiKey }) => apiKey === metadataV10.api.key) ?? {};
      if (maxVersion < metadataV10.api.version) return new Map();
      const answer = await wholeAnswer(metadataV10.api.async(link, [...topics], false));
      return new Map(
        answer.topics.flatMap(({ name, topicId, errorCode }) =>
          name === null || errorCode !== 0
            ? []
            : [[name, Buffer.from(topicId.replaceAll('-', ''), 'hex').toString('base64url')]],
        ),
      );
    });
  }

  /** The node that keeps a group. */
  coordinator(group: string): Promise<number> {
    return this.#anywhere(async (link, { findCoordinatorV2 }) => {
      const { coordinators } = await findCoordinatorV2.api.async(link, groupCoordinator, [group]);
      const [found] = coordinators;
      if (found === undefined) throw new BrokerAnswerError('COORDINATOR_NOT_AVAILABLE');
      this.#addresses.set(found.nodeId, { host: found.host, port: found.port });
      return found.nodeId;
    });
  }

  async controller(): Promise<number> {
    if (this.#controller < 0) await this.ping();
    if (this.#controller < 0) throw new BrokerAnswerError('NOT_CONTROLLER');
    return this.#controller;
  }

  /** Asks a node; a broker's error rejects as `BrokerAnswerError`. */
  async ask<T>(
    node: number,
    question: (link: Link, client: Client) => Promise<T>,
    options: LinkOptions = {},
  ): Promise<T> {
    const [link, client] = await Promise.all([this.#linkToNode(node, options), this.client()]);
    try {
      return await question(link, client);
    } catch (error) {
      throw failureOfClient(error);
    }
  }

  client(): Promise<Client> {
    return this.#closed ? Promise.reject(closedCluster()) : loadClient();
  }

  async listOffsets(questions: readonly OffsetQuestion[], isolation: Isolation): Promise<ReadonlyMap<string, number>> {
    await this.locateAll([...new Set(questions.map(({ topic }) => topic))]);
    const perNode = groupBy(questions, ({ topic, partition }) => this.demandLeader(topic, partition));
    const offsets = new Map<string, number>();
    await Promise.all(
      [...perNode].map(([node, asked]) =>
        this.ask(node, async (link, { listOffsetsV5 }) => {
          const { topics } = await listOffsetsV5.api.async(
            link,
            -1,
            isolation,
            [...groupBy(asked, ({ topic }) => topic)].map(([name, ofTopic]) => ({
              name,
              partitions: ofTopic.map(({ partition, at }) => ({
                partitionIndex: partition,
                currentLeaderEpoch: -1,
                timestamp: BigInt(at),
              })),
            })),
          );
          for (const { name, partitions } of topics)
            for (const { partitionIndex, offset } of partitions)
              offsets.set(partitionKey(name, partitionIndex), Number(offset));
        }),
      ),
    );
    return offsets;
  }

  /** Forgets who leads a topic, so that it is asked again. */
  forget(topic: string): void {
    this.#leaders.delete(topic);
  }

  /** Cuts all connections; pending requests fail at once. */
  reset(): void {
    for (const link of this.#open) cutLink(link);
    this.#open.clear();
    this.#links.clear();
    this.#leaders.clear();
  }

  close(): void {
    this.#closed = true;
    this.reset();
  }

  /** Asks whichever broker answers: the one that did for a while, then the next. */
  async #anywhere<T>(question: (link: Link, client: Client) => Promise<T>): Promise<T> {
    const client = await this.client();
    const requestTimeoutMs = Math.min(this.#requestTimeoutMs, answerWithinMs);
    let last: unknown = null;
    for (const address of this.#candidates()) {
      try {
        const answer = await question(await this.#link(address, { lane: 'lookup', requestTimeoutMs }), client);
        if (this.#good === null || nameOf(this.#good) !== nameOf(address)) {
          this.#good = address;
          this.#goodSince = performance.now();
        }
        return answer;
      } catch (error) {
        last = failureOfClient(error);
        if (!mayOtherAnswer.has(classifyClientFailure(last)) || this.#closed) throw last;
      }
    }
    throw last;
  }

  #candidates(): readonly Address[] {
    const known = [...this.#addresses.values(), ...this.#config.brokers.map(parseAddress)];
    const all = [...new Map(known.map((address) => [nameOf(address), address])).values()];
    const good = this.#good;
    if (good === null) return all;
    const at = all.findIndex((address) => nameOf(address) === nameOf(good));
    const first = performance.now() - this.#goodSince > sameBrokerMs ? at + 1 : at;
    return [...all.slice(first), ...all.slice(0, first)];
  }

  async #linkToNode(node: number, options: LinkOptions): Promise<Link> {
    if (!this.#addresses.has(node)) await this.ping();
    const address = this.#addresses.get(node);
    if (address === undefined) throw new BrokerAnswerError('BROKER_NOT_AVAILABLE');
    return this.#link(address, options);
  }

  #link(address: Address, { lane = 'main', requestTimeoutMs = this.#requestTimeoutMs }: LinkOptions): Promise<Link> {
    if (this.#closed) return Promise.reject(closedCluster());
    const key = `${nameOf(address)}/${lane}`;
    let opening = this.#links.get(key);
    if (opening === undefined) {
      const forget = (): void => {
        if (this.#links.get(key) === opening) this.#links.delete(key);
      };
      opening = this.#openLink(address, requestTimeoutMs, forget);
      opening.catch(forget);
      this.#links.set(key, opening);
    }
    return opening;
  }

  async #openLink(address: Address, requestTimeoutMs: number, onEnd: () => void): Promise<Link> {
    const client = await this.client();
    if (this.#closed) throw closedCluster();
    const link = this.#createLink(client, address, requestTimeoutMs);
    const ended = (): void => {
      this.#open.delete(link);
      onEnd();
      // Its timer for the next login would keep the process.
      link.close(() => undefined);
    };
    link.once('close', ended);
    link.once('error', ended);
    this.#open.add(link);
    await openLink(link, address, this.#config.access);
    return link;
  }

  #createLink(client: Client, address: Address, requestTimeoutMs: number): Link {
    const { access } = this.#config;
    const name = nameOf(address);
    try {
      access?.admit(name);
      return createLink(client, this.#config, address, requestTimeoutMs);
    } catch (error) {
      access?.failed(name, error);
      throw error;
    }
  }
}

/** The client throws away what it was told of every topic as long as one partition of one has no leader; the error has it all. */
async function wholeAnswer<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    const partial = (error as { response?: T }).response;
    if (partial === undefined) throw error;
    return partial;
  });
}
