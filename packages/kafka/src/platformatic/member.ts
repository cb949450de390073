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
import type { ClientConfig } from '../client-config.ts';
import { classifyClientFailure, clientError } from '../errors.ts';
import type { TopicSize } from '../membership/assign-topics.ts';
import { decodeBasis, isOutgrown } from '../membership/assignment-basis.ts';
import { holdForRejoin } from '../membership/barrier.ts';
import { committedOf, LogWatch } from '../membership/log-watch.ts';
import {
  crashOf,
  listenerThrew,
  memberClosed,
  metadataTooLarge,
  notInGroup,
  offsetOutOfRange,
} from '../membership/member-errors.ts';
import type { MemberSettings } from '../membership/member-settings.ts';
import { PausedPartitions } from '../membership/paused-partitions.ts';
import { SeldomTopics } from '../membership/seldom-topics.ts';
import { DamagedPartitions } from '../reading/damaged-partitions.ts';
import { Cluster } from './cluster.ts';
import { BrokerAnswerError, failureOfClient } from './failure.ts';
import { Fetcher } from './fetcher.ts';
import { GroupCoordinator, type Membership } from './group-coordinator.ts';
import { decodeAssignment, encodeSubscription } from './group-protocol.ts';
import { assignAsLeader, basisOf, sizesOf } from './lead-group.ts';
import { startPositions } from './start-positions.ts';

export interface PlatformaticMemberOptions {
  readonly config: ClientConfig;
  readonly settings: MemberSettings;
  readonly group: string;
  readonly topics: readonly string[];
  readonly seldom?: readonly string[];
  readonly listener: GroupListener;
  readonly isOfLog?: MemberOptions['isOfLog'];
  readonly instanceId?: string | undefined;
}

/** The assignment in force: what a commit is made with, and what ends when the group calls for another join. */
interface Session extends Membership {
  readonly over: AbortController;
  readonly sizes: readonly TopicSize[];
  fetcher: Fetcher | null;
  logs: LogWatch | null;
}

const commitTries = 4;
/** How often in a row a static member asks for another assignment than the one it is handed. */
const claimTries = 5;
/** How often it is looked whether a topic has grown. By every member: a static leader that came back is not told that it leads. */
const growthCheckMs = 60_000;

/**
 * One membership of a group, from JoinGroup to LeaveGroup, by requests of our own: the client's consumer keeps offsets'
 * metadata, the moment before a rejoin and the heartbeats' answers to itself, and resets an offset that is out of range.
 * `#session` is set from SyncGroup until the barrier before the next join is passed, so that the barrier can commit.
 */
export class PlatformaticMember implements GroupMember {
  readonly sessionTimeoutMs: number;
  readonly #options: PlatformaticMemberOptions;
  readonly #log: Logger;
  readonly #cluster: Cluster;
  readonly #coordinator: GroupCoordinator;
  readonly #paused = new PausedPartitions(() => performance.now());
  readonly #closing = new AbortController();
  readonly #started = Promise.withResolvers<void>();
  #running: Promise<void> | null = null;
  #session: Session | null = null;
  #barrier: Promise<void> | null = null;
  #memberId = '';
  /** Assignments in a row that did not fit what is read. */
  #misfits = 0;
  #generation = 0;
  #indices: readonly number[] = [];
  #lastHeartbeatAt = Number.NEGATIVE_INFINITY;
  #failed = false;
  #closed: Promise<void> | null = null;
  #givesPlaceUp = false;

  constructor(options: PlatformaticMemberOptions) {
    const { config, settings, group, instanceId } = options;
    this.sessionTimeoutMs = instanceId === undefined ? settings.sessionTimeoutMs : settings.staticSessionTimeoutMs;
    this.#options = options;
    this.#log = config.logger.child({ group });
    this.#cluster = new Cluster(config, settings.requestTimeoutMs);
    this.#coordinator = new GroupCoordinator(this.#cluster, {
      group,
      instanceId: instanceId ?? null,
      sessionTimeoutMs: this.sessionTimeoutMs,
      rebalanceTimeoutMs: settings.rebalanceTimeoutMs,
    });
    this.#started.promise.catch(() => undefined);
  }

  start(): Promise<void> {
    this.#running ??= this.#run();
    return this.#started.promise;
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#paused.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#paused.resume(partitions);
    this.#session?.fetcher?.resumed(partitions);
  }

  position(partition: TopicPartition): number | null {
    return this.#session?.fetcher?.handedUpTo(partition) ?? null;
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const session = this.#session;
    if (session === null) throw notInGroup(this.#options.group);
    if (offsets.length === 0) return;
    for (let tried = 1; ; tried++) {
      try {
        return await this.#coordinator.commit(session, offsets);
      } catch (error) {
        if ((error as { type?: unknown } | null)?.type === 'OFFSET_METADATA_TOO_LARGE') throw metadataTooLarge(error);
        const failure = classifyClientFailure(error);
        if (failure === 'fenced') this.#fail(crashOf(error as Error));
        const mayPass = failure === 'moved' || failure === 'unavailable';
        if (!mayPass || tried === commitTries || this.#session !== session)
          throw clientError(`commit of group ${this.#options.group}`, error);
        await sleep(100 * 2 ** tried);
      }
    }
  }

  lastHeartbeatAt(): number {
    return this.#lastHeartbeatAt;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  leave(): Promise<void> {
    this.#givesPlaceUp = true;
    return this.close();
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#started.reject(memberClosed());
    this.#session?.fetcher?.stop();
    const limit = new AbortController();
    const late = sleep(this.#options.settings.closeTimeoutMs, undefined, { signal: limit.signal }).catch(
      () => undefined,
    );
    await Promise.race([this.#leave(), late]);
    limit.abort();
    this.#session?.over.abort();
    this.#session = null;
    this.#cluster.close();
    await this.#running;
  }

  /** A static member stays in its group: whoever comes back under its name within the session goes on without a rebalance. */
  async #leave(): Promise<void> {
    await this.#barrier;
    if (this.#memberId === '' || (this.#options.instanceId !== undefined && !this.#givesPlaceUp)) return;
    await this.#coordinator.leave(this.#memberId).catch((error: unknown) => {
      this.#log.debug({ err: error }, 'a member did not leave its group cleanly');
    });
  }

  #isOver(): boolean {
    return this.#failed || this.#closing.signal.aborted;
  }

  /** The membership cannot go on: says so once and leaves. */
  #fail(error: CodedError): void {
    if (this.#isOver()) return;
    this.#failed = true;
    this.#session?.over.abort();
    this.#session?.fetcher?.stop();
    this.#session = null;
    this.#started.reject(error);
    this.#log.error({ err: error }, 'a group membership ended');
    this.#options.listener.onCrash(error);
    void this.close();
  }

  #heartbeat(sentAt: number): void {
    if (sentAt > this.#lastHeartbeatAt) this.#lastHeartbeatAt = sentAt;
  }

  /** Joins, serves, and joins again, until closed. Keeps trying while no broker answers or the topics are not there yet. */
  async #run(): Promise<void> {
    for (let tried = 0; !this.#isOver(); ) {
      try {
        const session = await this.#join();
        tried = 0;
        if (!session.over.signal.aborted)
          await new Promise((resolve) => session.over.signal.addEventListener('abort', resolve, { once: true }));
      } catch (thrown) {
        if (this.#isOver()) return;
        const error = failureOfClient(thrown);
        if ((error as BrokerAnswerError).type === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
        if (isFinal(error)) this.#fail(crashOf(error));
        else await this.#restBeforeJoin(error, tried++);
      }
    }
  }

  async #restBeforeJoin(error: Error, tried: number): Promise<void> {
    if (tried > 0) {
      const problem = clientError(`joining group ${this.#options.group}`, error);
      this.#log.warn({ err: problem, tried }, 'a group cannot be joined yet; trying again');
    }
    const signal = this.#closing.signal;
    await sleep(Math.min(100 * 2 ** Math.min(tried, 5), 3_000), undefined, { signal }).catch(() => undefined);
  }

  async #join(): Promise<Session> {
    const { topics } = this.#options;
    if (this.#session !== null) await this.#passBarrier(this.#session);
    if (this.#isOver()) throw memberClosed();
    const located = await this.#cluster.locateAll(topics);
    const joining = await this.#coordinator.join(this.#memberId, encodeSubscription(topics, this.#claim()));
    this.#memberId = joining.memberId;
    const assignments = await assignAsLeader(this.#cluster, joining);
    const syncSentAt = performance.now();
    const assignment = await this.#coordinator.sync(joining, assignments);
    if (this.#isOver()) throw memberClosed();
    this.#heartbeat(syncSentAt);
    const { memberId, generationId } = joining;
    const sizes = located.map(([topic, leaders]) => ({ topic, partitions: leaders.size }));
    const session: Session = { memberId, generationId, over: new AbortController(), sizes, fetcher: null, logs: null };
    this.#demandFit(assignment, sizes);
    void this.#beat(session);
    try {
      await this.#takeOver(session, assignment);
    } catch (error) {
      session.over.abort();
      throw error;
    }
    return session;
  }

  /** The indices it has. Negative ones mean nothing to an assignment, but make the claim another than the last. */
  #claim(): readonly number[] {
    return this.#misfits === 0 ? this.#indices : [...this.#indices, -this.#misfits];
  }

  /**
   * A static member that restarts is handed what it had before, without a rebalance. When it reads other topics now, or
   * a topic has grown, a changed claim makes the group assign anew.
   */
  #demandFit(assignment: Buffer, sizes: readonly TopicSize[]): void {
    const { instanceId, topics } = this.#options;
    const basis = decodeBasis(decodeAssignment(assignment).userData);
    const partitions = basisOf(sizes);
    const isMisfit = basis !== null && isOutgrown(basis, topics, (topic) => partitions[topic] ?? 0);
    if (instanceId === undefined || !isMisfit || this.#misfits === claimTries) {
      this.#misfits = 0;
      return;
    }
    this.#misfits += 1;
    throw new BrokerAnswerError('REBALANCE_IN_PROGRESS');
  }

  async #takeOver(session: Session, assignment: Buffer): Promise<void> {
    const { settings, listener } = this.#options;
    const partitions = [...decodeAssignment(assignment).topics].flatMap(([topic, ofTopic]) =>
      ofTopic.map((partition) => ({ topic, partition })),
    );
    const logIds = await this.#cluster.logIds(this.#options.topics);
    const committed = committedOf(await this.#coordinator.committed(partitions), logIds, this.#options.isOfLog);
    const starts = await startPositions(this.#cluster, committed);
    if (this.#isOver()) throw memberClosed();
    this.#indices = [...new Set(partitions.map(({ partition }) => partition))].sort((a, b) => a - b);
    this.#session = session;
    session.fetcher = new Fetcher({
      cluster: this.#cluster,
      limits: {
        maxWaitMs: settings.maxWaitMs,
        maxBytes: settings.maxFetchBytes,
        maxBytesPerPartition: settings.maxFetchBytesPerPartition,
      },
      starts,
      seldom: new SeldomTopics(this.#options.seldom ?? [], () => performance.now()),
      paused: this.#paused,
      damaged: new DamagedPartitions({
        now: () => performance.now(),
        onUnreadable: (at, error) => this.#guard('onUnreadable', () => listener.onUnreadable(at, error)),
        laterMs: Number.POSITIVE_INFINITY,
      }),
      onRecords: (records) => this.#guard('onRecords', () => listener.onRecords(records)),
      onOutOfRange: (partition) => this.#outOfRange(session, partition),
      onBroken: (error) => this.#fail(crashOf(failureOfClient(error))),
      logger: this.#log,
    });
    this.#generation++;
    this.#log.info({ generation: this.#generation, partitions: partitions.length }, 'joined a group');
    this.#guard('onAssigned', () => listener.onAssigned({ generation: this.#generation, partitions: committed }));
    this.#started.resolve();
    if (session.over.signal.aborted) return;
    session.fetcher.start();
    session.logs = new LogWatch(logIds, (topics) => this.#cluster.logIds(topics));
    session.over.signal.addEventListener('abort', () => session.logs?.stop(), { once: true });
    void session.logs.start(() => session.over.abort());
    void this.#watchGrowth(session);
  }

  /** The log was cut, or is another one: then it is read from its beginning, by a new assignment. */
  async #outOfRange(session: Session, partition: TopicPartition): Promise<void> {
    const isRemade = await session.logs?.isRemade();
    if (session.over.signal.aborted) return;
    if (isRemade === true) session.over.abort();
    else this.#fail(offsetOutOfRange(this.#options.group, partition));
  }

  #guard(callback: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(listenerThrew(callback, error));
    }
  }

  async #beat(session: Session): Promise<void> {
    const { signal } = session.over;
    for (;;) {
      await sleep(this.#options.settings.heartbeatIntervalMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const sentAt = performance.now();
      try {
        await this.#coordinator.heartbeat(session);
        this.#heartbeat(sentAt);
      } catch (error) {
        if (signal.aborted) return;
        if (isFinal(error)) this.#fail(crashOf(error as Error));
        else if (classifyClientFailure(error) === 'not-in-group') session.over.abort();
        else this.#log.debug({ err: error }, 'a heartbeat was not answered');
      }
    }
  }

  async #watchGrowth(session: Session): Promise<void> {
    const { signal } = session.over;
    const topics = session.sizes.map(({ topic }) => topic);
    const before = JSON.stringify(session.sizes);
    while (!signal.aborted) {
      await sleep(growthCheckMs, undefined, { signal }).catch(() => undefined);
      const sizes = signal.aborted ? session.sizes : await sizesOf(this.#cluster, topics).catch(() => session.sizes);
      if (JSON.stringify(sizes) !== before) session.over.abort();
    }
  }

  async #passBarrier(session: Session): Promise<void> {
    session.fetcher?.stop();
    const { settings, listener, group } = this.#options;
    this.#barrier = holdForRejoin(
      {
        coordinator: { heartbeat: () => this.#coordinator.heartbeat(session) },
        groupId: group,
        memberId: session.memberId,
        groupInstanceId: this.#options.instanceId ?? null,
        groupGenerationId: session.generationId,
      },
      {
        listener,
        heartbeatIntervalMs: settings.heartbeatIntervalMs,
        rebalanceTimeoutMs: settings.rebalanceTimeoutMs,
        onHeartbeat: (sentAt) => this.#heartbeat(sentAt),
        onThrow: (error) => this.#fail(listenerThrew('beforeRejoin', error)),
        closing: this.#closing.signal,
      },
    );
    await this.#barrier;
    this.#barrier = null;
    if (this.#session === session) this.#session = null;
  }
}

/** What trying again does not mend. */
const isFinal = (error: unknown): boolean => ['refused', 'fenced'].includes(classifyClientFailure(error));
