import type { Broker, BrokerMetadata } from 'kafkajs/src/cluster/index.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';
import { someBroker } from '../access/access.ts';
import type { ClientConfig } from '../client-config.ts';
import { groupBy, type Isolation, type OffsetQuestion, partitionKey } from '../reading/log-access.ts';
import { createCluster, type OwnCluster } from './client.ts';

/** A question about metadata is small: a broker that takes longer is silent, unless all do. Doubles each time in a row. */
const answerWithinMs = 2_500;
const answerAtMostMs = 10_000;

/** Classified as the client's own error of that name: the brokers are away, ask again. */
const connectionCut = (): Error =>
  Object.assign(new Error('the connection was cut'), { name: 'KafkaJSConnectionClosedError' });

function aCut(): PromiseWithResolvers<never> {
  const cut = Promise.withResolvers<never>();
  cut.promise.catch(() => undefined);
  return cut;
}

/**
 * Requests to leaders without a producer or consumer in between. Holds no work: after any failure `reset` throws all
 * connections away and the next request connects anew, so there is no state to repair.
 */
export class Connection {
  readonly #config: ClientConfig;
  readonly #requestTimeoutMs: number;
  #own: OwnCluster | null = null;
  #connecting: Promise<OwnCluster> | null = null;
  /** The broker that a new connection begins with is another each time: the last may have been why it is needed. */
  #connects = 0;
  #connectedAt = 0;
  /** Questions in a row that were not answered. */
  #silences = 0;
  #asking = 0;
  #leaders = new Map<string, ReadonlyMap<number, number>>();
  #locating: Promise<unknown> = Promise.resolve();
  /** Rejects when the connections are cut: whoever waits for an answer over them stops waiting. */
  #cut = aCut();
  #closed = false;

  constructor(config: ClientConfig, requestTimeoutMs: number) {
    this.#config = config;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  /**
   * Asks for the topic's partitions and their leaders. One after the other: the client keeps the last answer only, and a
   * question asked meanwhile would overwrite it.
   */
  locate(topic: string): Promise<ReadonlyMap<number, number>> {
    const located = this.#locating.then(() => this.#locate(topic));
    this.#locating = located.catch(() => undefined);
    return this.#inTime(located);
  }

  /** An answer that does not come must not keep the next question waiting: everything is cut and asked anew. */
  async #inTime<T>(work: Promise<T>): Promise<T> {
    const cut = this.#cut.promise;
    const patience = Math.min(
      this.#requestTimeoutMs,
      answerWithinMs * 2 ** Math.min(this.#silences, 2),
      answerAtMostMs,
    );
    const timer = setTimeout(() => {
      this.#silences++;
      this.#drop();
    }, patience);
    this.#asking++;
    try {
      const answer = await Promise.race([work, cut]);
      this.#silences = 0;
      return answer;
    } finally {
      this.#asking--;
      clearTimeout(timer);
    }
  }

  async #locate(topic: string): Promise<ReadonlyMap<number, number>> {
    const own = await this.#connected();
    const { brokerPool } = own.cluster;
    const { topicMetadata, brokers } = await describeTopic(await brokerPool.findConnectedBroker(), topic);
    const known = new Set(brokerPool.getNodeIds());
    if (brokers.some(({ nodeId }) => !known.has(String(nodeId)))) await brokerPool.refreshMetadata([topic]);
    // Cut meanwhile: what this says may be older than what the new connections have said.
    if (this.#own !== own) throw connectionCut();
    const found = topicMetadata.find((each) => each.topic === topic);
    if (found !== undefined && found.topicErrorCode !== 0) throw createErrorFromCode(found.topicErrorCode);
    const leaders = new Map(
      (found?.partitionMetadata ?? []).map(({ partitionId, leader }) => [partitionId, leader] as const),
    );
    if (leaders.size === 0) throw Object.assign(new Error('no such topic'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
    this.#leaders.set(topic, leaders);
    return leaders;
  }

  leader(topic: string, partition: number): number | null {
    const leader = this.#leaders.get(topic)?.get(partition);
    return leader === undefined || leader < 0 ? null : leader;
  }

  /** Forgets who leads a topic, or any, so that it is asked again. */
  forget(topic?: string): void {
    if (topic === undefined) this.#leaders.clear();
    else this.#leaders.delete(topic);
  }

  /** Lets the next question go to another broker when this one was asked for so long, unless somebody waits for it. */
  moveOn(afterMs: number): void {
    if (this.#own !== null && this.#asking === 0 && performance.now() - this.#connectedAt > afterMs) this.#drop();
  }

  async broker(nodeId: number): Promise<Broker> {
    const { cluster } = await this.#connected();
    return cluster.findBroker({ nodeId });
  }

  async coordinator(group: string): Promise<Broker> {
    const { cluster } = await this.#connected();
    return cluster.findGroupCoordinator({ groupId: group });
  }

  /** True when the cluster answers a metadata request. */
  async ping(): Promise<void> {
    const { cluster } = await this.#connected();
    await cluster.brokerPool.refreshMetadata([]);
  }

  /** Offsets by position in time; -1 where there is none. */
  async listOffsets(
    questions: readonly OffsetQuestion[],
    isolationLevel: Isolation,
  ): Promise<ReadonlyMap<string, number>> {
    for (const topic of new Set(questions.map(({ topic }) => topic))) await this.locate(topic);
    const perNode = groupBy(questions, ({ topic, partition }) => this.#demandLeader(topic, partition));
    const offsets = new Map<string, number>();
    await Promise.all(
      [...perNode].map(async ([nodeId, asked]) => {
        const broker = await this.broker(nodeId);
        const perTopic = groupBy(asked, ({ topic }) => topic);
        const { responses } = await broker.listOffsets({
          isolationLevel,
          topics: [...perTopic].map(([topic, partitions]) => ({
            topic,
            partitions: partitions.map(({ partition, at }) => ({ partition, timestamp: at })),
          })),
        });
        for (const { topic, partitions } of responses)
          for (const { partition, offset } of partitions) offsets.set(partitionKey(topic, partition), Number(offset));
      }),
    );
    return offsets;
  }

  /** Cuts all connections; pending requests fail at once, and who leads is asked again. */
  reset(): void {
    this.#leaders.clear();
    this.#drop();
  }

  #drop(): void {
    const own = this.#own;
    this.#own = null;
    this.#connecting = null;
    this.#locating = Promise.resolve();
    const { reject } = this.#cut;
    this.#cut = aCut();
    reject(connectionCut());
    if (own !== null) dispose(own);
  }

  close(): void {
    this.#closed = true;
    this.reset();
  }

  #demandLeader(topic: string, partition: number): number {
    const leader = this.leader(topic, partition);
    if (leader === null) throw Object.assign(new Error('no leader'), { type: 'LEADER_NOT_AVAILABLE' });
    return leader;
  }

  #connected(): Promise<OwnCluster> {
    if (this.#closed)
      return Promise.reject(Object.assign(new Error('closed'), { name: 'KafkaJSConnectionClosedError' }));
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  async #connect(): Promise<OwnCluster> {
    const { brokers } = this.#config;
    const first = this.#connects++ % brokers.length;
    const inTurn = [...brokers.slice(first), ...brokers.slice(0, first)];
    const own = createCluster({ ...this.#config, brokers: inTurn }, this.#requestTimeoutMs);
    this.#own = own;
    try {
      await own.cluster.connect();
      await own.cluster.brokerPool.refreshMetadata([]);
      this.#connectedAt = performance.now();
      return own;
    } catch (error) {
      this.#config.access?.failed(someBroker, error);
      if (this.#own === own) {
        this.#own = null;
        this.#connecting = null;
      }
      dispose(own);
      throw error;
    }
  }
}

/**
 * What a broker knows of a topic, partitions without a leader included. The client's own parsing throws at the first of
 * those, and then nobody learns where the others have moved: one leaderless partition would stop them all.
 */
async function describeTopic(broker: Broker, topic: string): Promise<BrokerMetadata> {
  const describe = broker.lookupRequest(apiKeys.Metadata, protocol.requests.Metadata);
  const { request, response } = describe({ topics: [topic], allowAutoTopicCreation: false });
  return (await broker.connectionPool.send({
    request,
    response: { decode: response.decode, parse: async (data) => data },
  })) as BrokerMetadata;
}

function dispose({ cluster, sockets }: OwnCluster): void {
  sockets.end();
  // What it still waits for was cut; only its timers are left to end.
  cluster.disconnect().catch(() => undefined);
}
