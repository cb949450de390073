import { setTimeout as sleep } from 'node:timers/promises';
import type {
  CodedError,
  GroupListener,
  GroupMember,
  MemberOptions,
  OffsetCommit,
  TopicPartition,
} from '@millrace/messaging';
import type { Logger } from '@millrace/service';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { someBroker } from '../access/access.ts';
import type { ClientConfig } from '../client-config.ts';
import { classifyClientFailure, clientError } from '../errors.ts';
import { decodeBasis, isOutgrown } from '../membership/assignment-basis.ts';
import { holdForRejoin } from '../membership/barrier.ts';
import { FetchSpacing } from '../membership/fetch-spacing.ts';
import { committedOf, LogWatch } from '../membership/log-watch.ts';
import { crashOf, listenerThrew, memberClosed, notInGroup, offsetOutOfRange } from '../membership/member-errors.ts';
import type { MemberSettings } from '../membership/member-settings.ts';
import { PausedPartitions } from '../membership/paused-partitions.ts';
import { SeldomTopics } from '../membership/seldom-topics.ts';
import { DamagedPartitions } from '../reading/damaged-partitions.ts';
import { createAssigner } from './assigner.ts';
import { createKafka, type OwnKafka, retryOften } from './client.ts';
import { commitOffsets, type Joined } from './commit-offsets.ts';
import type { AskedPartition, ConsumerGroupState, FetchedBatch, FetchedRecords, Membership } from './membership.ts';
import { setPositions } from './positions.ts';
import { asFetched, countRecords, readFetched } from './read-fetched.ts';
import { readLogIds } from './read-log-ids.ts';
import { toOffset } from './records.ts';

export interface KafkaMemberOptions {
  readonly config: ClientConfig;
  readonly settings: MemberSettings;
  readonly group: string;
  readonly topics: readonly string[];
  readonly seldom?: readonly string[];
  readonly listener: GroupListener;
  readonly isOfLog?: MemberOptions['isOfLog'];
  readonly instanceId: string | null;
}

/** Of a rejoin that must be tried again: the client then starts over from JoinGroup. */
const rejoinType = 'REBALANCE_IN_PROGRESS';
/** How often in a row a static member asks for another assignment than the one it is handed. */
const claimTries = 5;

/**
 * One membership over a kafkajs consumer of its own. `#joined` is the assignment in force: set before the first fetch
 * of a generation, cleared when the barrier of the next join has been passed, so that the barrier itself can commit.
 * Batches of any other assignment are dropped unresolved and read again by whoever owns them.
 */
export class KafkaMember implements GroupMember {
  readonly sessionTimeoutMs: number;
  readonly #options: KafkaMemberOptions;
  readonly #log: Logger;
  readonly #own: OwnKafka;
  readonly #consumer: Consumer;
  readonly #paused = new PausedPartitions(() => performance.now());
  readonly #seldom: SeldomTopics;
  readonly #spacing = new FetchSpacing(() => performance.now());
  readonly #closing = new AbortController();
  readonly #started = Promise.withResolvers<void>();
  #damaged = this.#watchDamage();
  #joined: Joined | null = null;
  #logs = new LogWatch(new Map(), async () => new Map());
  #subscription: ConsumerGroupState['subscriptionState'] | null = null;
  #generation = 0;
  #lastMemberId: string | null = null;
  /** The client object that was given the last name because it had none. */
  #namedFor: ConsumerGroupState | null = null;
  /** Assignments in a row that did not fit what is read. */
  #misfits = 0;
  #indices: readonly number[] = [];
  #barrier: Promise<void> | null = null;
  #lastHeartbeatAt = Number.NEGATIVE_INFINITY;
  #failed = false;
  #closed: Promise<void> | null = null;

  constructor(options: KafkaMemberOptions) {
    const { config, settings, group, instanceId } = options;
    this.sessionTimeoutMs = instanceId === null ? settings.sessionTimeoutMs : settings.staticSessionTimeoutMs;
    this.#options = options;
    this.#seldom = new SeldomTopics(options.seldom ?? [], () => performance.now());
    this.#log = config.logger.child({ group });
    const retryOptions = { ...retryOften, restartOnFailure: async () => !this.#isOver() };
    this.#own = createKafka(config, retryOptions, settings.requestTimeoutMs);
    this.#consumer = this.#own.kafka.consumer({
      groupId: group,
      partitionAssigners: [createAssigner(this.#membership(), () => this.#claim()) as never],
      sessionTimeout: this.sessionTimeoutMs,
      heartbeatInterval: settings.heartbeatIntervalMs,
      rebalanceTimeout: settings.rebalanceTimeoutMs,
      maxWaitTimeInMs: settings.maxWaitMs,
      maxBytes: settings.maxFetchBytes,
      maxBytesPerPartition: settings.maxFetchBytesPerPartition,
      minBytes: 1,
      metadataMaxAge: 60_000,
      allowAutoTopicCreation: false,
      readUncommitted: false,
      retry: retryOptions,
    });
    this.#consumer.on('consumer.heartbeat', ({ payload }) => {
      this.#heartbeat((payload as { sentAt?: number }).sentAt ?? Number.NEGATIVE_INFINITY);
    });
    // The client would ask on, over the same silent connection.
    this.#consumer.on('consumer.network.request_timeout', ({ payload }) => this.#own.sockets.cut(payload.broker));
    this.#consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) this.#fail(crashOf(payload.error));
    });
    this.#started.promise.catch(() => undefined);
  }

  async start(): Promise<void> {
    await this.#subscribe();
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => this.#accept(payload),
    });
    await this.#started.promise;
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#paused.pause(partitions);
    for (const { topic, partition } of partitions) this.#subscription?.pause([{ topic, partitions: [partition] }]);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#paused.resume(partitions);
    for (const { topic, partition } of partitions) {
      this.#seldom.expect({ topic, partition });
      this.#subscription?.resume([{ topic, partitions: [partition] }]);
    }
  }

  position({ topic, partition }: TopicPartition): number | null {
    const joined = this.#joined;
    if (joined === null || joined.offsetManager.committedOffsets()[topic]?.[partition] === undefined) return null;
    return toOffset(String(joined.offsetManager.nextOffset(topic, partition)), topic, partition);
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const joined = this.#joined;
    if (joined === null) throw notInGroup(this.#options.group);
    if (offsets.length === 0) return;
    await commitOffsets(offsets, { group: this.#options.group, joined, isOver: () => this.#joined !== joined });
  }

  lastHeartbeatAt(): number {
    return this.#lastHeartbeatAt;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async leave(): Promise<void> {
    const joined = this.#joined;
    this.#closing.abort();
    this.#joined = null;
    // For a static member the client never asks for it.
    await joined?.coordinator
      .leaveGroup({ groupId: this.#options.group, memberId: joined.memberId })
      .catch((error: unknown) => this.#log.debug({ err: error }, 'a member did not leave its group cleanly'));
    await this.close();
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#logs.stop();
    this.#started.reject(memberClosed());
    const disconnected = this.#consumer.disconnect().catch((error: unknown) => {
      this.#log.debug({ err: error }, 'the Kafka client did not leave its group cleanly');
    });
    const limit = new AbortController();
    const cut = sleep(this.#options.settings.closeTimeoutMs, undefined, { signal: limit.signal }).then(
      () => this.#own.sockets.cut(),
      () => undefined,
    );
    await Promise.race([disconnected, cut]);
    limit.abort();
    // A client that is trying again has no end of its own.
    this.#own.sockets.end();
    this.#joined = null;
  }

  #isOver(): boolean {
    return this.#failed || this.#closing.signal.aborted;
  }

  /** The client gave up, or must not go on: says so once and leaves. */
  #fail(error: CodedError): void {
    if (this.#isOver()) return;
    this.#failed = true;
    this.#joined = null;
    this.#started.reject(error);
    this.#log.error({ err: error }, 'a group membership ended');
    this.#options.listener.onCrash(error);
    void this.close();
  }

  #heartbeat(sentAt: number): void {
    if (sentAt > this.#lastHeartbeatAt) this.#lastHeartbeatAt = sentAt;
  }

  /** Keeps trying while no broker answers or the topics are not there yet; gives up only on a refusal. */
  async #subscribe(): Promise<void> {
    for (let tried = 0; ; tried++) {
      if (this.#closing.signal.aborted) return this.#started.promise;
      try {
        await this.#consumer.connect();
        await this.#consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true });
        return;
      } catch (error) {
        this.#options.config.access?.failed(someBroker, error);
        const problem = clientError(`joining group ${this.#options.group}`, error);
        if (classifyClientFailure(error) === 'refused') throw problem;
        this.#log.warn({ err: problem, tried }, 'a group cannot be joined yet; trying again');
        await sleep(Math.min(200 * 2 ** Math.min(tried, 5), 3_000), undefined, { signal: this.#closing.signal }).catch(
          () => undefined,
        );
      }
    }
  }

  #accept({ batch, resolveOffset }: EachBatchPayload): void {
    try {
      const { topic, partition, messages: records, offsetManager } = batch as unknown as FetchedBatch;
      const joined = this.#joined;
      const last = records.at(-1);
      if (joined === null || offsetManager !== joined.offsetManager || last === undefined || this.#isOver()) return;
      if (this.#barrier !== null || this.#paused.has(topic, partition)) return;
      resolveOffset(String(last.offset));
      this.#seldom.expect({ topic, partition });
      this.#options.listener.onRecords(records);
    } catch (error) {
      this.#fail(listenerThrew('onRecords', error));
    }
  }

  #membership(): Membership {
    return {
      groupInstanceId: this.#options.instanceId,
      beforeJoin: (group) => this.#beforeJoin(group),
      afterSync: (group) => this.#afterSync(group),
      asks: (topic, partition) => this.#damaged.asks(topic, partition) && this.#seldom.asks(topic, partition),
      readRecords: (fetched) => this.#readRecords(fetched),
      restMs: (node) => this.#spacing.restMs(Number(node)),
      fetching: (node) => {
        this.#logs.demandSame();
        this.#spacing.sent(Number(node));
      },
      fetched: (node, topics) => this.#spacing.answered(Number(node), countRecords(topics)),
      waitMs: () => this.#seldom.waitMs(this.#paused.waitMs(this.#options.settings.maxWaitMs)),
      offsetOutOfRange: (partition) => this.#outOfRange(partition),
    };
  }

  async #readRecords({ topic, fetchOffset, ...fetched }: AskedPartition): Promise<FetchedRecords> {
    const damaged = this.#damaged;
    const { partition } = fetched;
    const from = Number(fetchOffset);
    const { records, next, damage } = await readFetched(topic, from, fetched);
    if (next > from) damaged.wasRead({ topic, partition });
    // What comes of a paused one is dropped, and fetched again later.
    else if (damage !== null && !this.#paused.has(topic, partition))
      damaged.wasNotRead({ topic, partition, offset: next }, damage);
    return asFetched(records, from, next);
  }

  /** The log was cut, or is another one: then it is read from its beginning, by a new assignment. */
  async #outOfRange(partition: TopicPartition): Promise<void> {
    const logs = this.#logs;
    await logs.isRemade();
    logs.demandSame();
    if (this.#logs === logs) this.#fail(offsetOutOfRange(this.#options.group, partition));
  }

  #watchDamage(): DamagedPartitions {
    return new DamagedPartitions({
      now: () => performance.now(),
      onUnreadable: (at, error) => {
        if (this.#isOver() || this.#joined === null) return;
        try {
          this.#options.listener.onUnreadable(at, error);
        } catch (thrown) {
          this.#fail(listenerThrew('onUnreadable', thrown));
        }
      },
      laterMs: Number.POSITIVE_INFINITY,
    });
  }

  async #beforeJoin(group: ConsumerGroupState): Promise<void> {
    if (this.#joined !== null) {
      this.#barrier ??= this.#passBarrier(this.#joined);
      await this.#barrier;
    }
    if (this.#isOver()) throw Object.assign(new Error('the membership is closing'), { retriable: false });
    if (group.memberId !== null || this.#lastMemberId === null) return;
    // The second time without a name: the coordinator has forgotten the one that it was given.
    if (this.#namedFor === group) this.#lastMemberId = null;
    // A new client object after a lost connection. Without its old name the group would wait for the one that is gone,
    // and a static member would take its place back from whoever has it now instead of being fenced.
    else group.memberId = this.#lastMemberId;
    this.#namedFor = group;
  }

  #claim(): readonly number[] {
    return this.#misfits === 0 ? this.#indices : [...this.#indices, -this.#misfits];
  }

  async #passBarrier(joined: Joined): Promise<void> {
    const { settings, listener, group, instanceId } = this.#options;
    const { coordinator, memberId, kafkaGeneration } = joined;
    await holdForRejoin(
      { coordinator, groupId: group, memberId, groupInstanceId: instanceId, groupGenerationId: kafkaGeneration },
      {
        listener,
        heartbeatIntervalMs: settings.heartbeatIntervalMs,
        rebalanceTimeoutMs: settings.rebalanceTimeoutMs,
        onHeartbeat: (sentAt) => this.#heartbeat(sentAt),
        onThrow: (error) => this.#fail(listenerThrew('beforeRejoin', error)),
        closing: this.#closing.signal,
      },
    );
    if (this.#joined === joined) this.#joined = null;
    this.#barrier = null;
  }

  async #afterSync(group: ConsumerGroupState): Promise<void> {
    try {
      await this.#takeOver(group);
    } catch (error) {
      if (this.#isOver() || classifyClientFailure(error) === 'refused') throw error;
      // Joined but not taken over: nothing may be fetched, so the client must join again.
      throw Object.assign(new Error('the assignment could not be taken over', { cause: error }), { type: rejoinType });
    }
  }

  async #takeOver(group: ConsumerGroupState): Promise<void> {
    await this.#demandFit(group);
    const logIds = await readLogIds(group.coordinator, this.#options.topics);
    const committed = await setPositions(group, (found) => committedOf(found, logIds, this.#options.isOfLog));
    this.#damaged = this.#watchDamage();
    this.#subscription = group.subscriptionState;
    for (const topic of this.#options.topics) group.subscriptionState.resume([{ topic }]);
    for (const { topic, partition } of this.#paused.values())
      group.subscriptionState.pause([{ topic, partitions: [partition] }]);
    this.#heartbeat(group.syncSentAt);
    this.#lastMemberId = group.memberId;
    this.#namedFor = null;
    this.#indices = [...new Set(committed.map(({ partition }) => partition))].sort((a, b) => a - b);
    this.#joined = {
      generation: ++this.#generation,
      kafkaGeneration: group.generationId,
      memberId: group.memberId ?? '',
      cluster: group.cluster,
      coordinator: group.coordinator,
      offsetManager: group.offsetManager,
      indices: this.#indices,
    };
    this.#logs.stop();
    this.#logs = new LogWatch(logIds, (topics) => readLogIds(group.coordinator, topics));
    void this.#logs.start();
    this.#log.info({ generation: this.#generation, partitions: committed.length }, 'joined a group');
    try {
      this.#options.listener.onAssigned({
        generation: this.#generation,
        partitions: committed,
      });
    } catch (error) {
      this.#fail(listenerThrew('onAssigned', error));
    }
    this.#started.resolve();
  }

  /**
   * A static member that restarts is handed what it had before, without a rebalance. When it reads other topics now, or
   * a topic has grown, a changed claim makes the group assign anew.
   */
  async #demandFit({ assignmentData, cluster }: ConsumerGroupState): Promise<void> {
    const { instanceId, topics } = this.#options;
    const basis = decodeBasis(assignmentData);
    const isMisfit = (): boolean =>
      basis !== null && isOutgrown(basis, topics, (topic) => cluster.findTopicPartitionMetadata(topic).length);
    if (instanceId === null || !isMisfit() || this.#misfits === claimTries) {
      this.#misfits = 0;
      return;
    }
    this.#misfits += 1;
    throw new Error('the assignment was made for other topics than are read now');
  }
}
