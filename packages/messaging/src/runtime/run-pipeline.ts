import { names } from '@millrace/service';
import type { Assignment, GroupListener, InboundRecord, RecordPosition } from '../broker.ts';
import { type CancelTimer, type Clock, systemClock } from '../clock.ts';
import { type CodedError, isCodedError } from '../disposition.ts';
import type { Pipeline } from '../pipeline.ts';
import { type Commits, createCommits } from './commits.ts';
import { failureOf } from './failure.ts';
import { createFailureRoute } from './failure-route.ts';
import { abortReason, type SendPermit, sendPermit, staleHeartbeat } from './fenced-signal.ts';
import { reportGauges } from './gauges.ts';
import { createHandlerSignals, type HandlerSignals } from './handler-signals.ts';
import { type KeyHolds, openKeyHolds } from './key-holds.ts';
import { type PartitionLag, readLag } from './lag.ts';
import { type Membership, membershipOf, topicsOf } from './membership.ts';
import { createPace, type Pace } from './pace.ts';
import { assignedPartitions, type PartitionState, partitionName } from './partition-state.ts';
import { createPauses, type Pauses } from './pauses.ts';
import { createPipelineMetrics, type PipelineMetrics } from './pipeline-metrics.ts';
import type { PipelineRun, RunOptions } from './pipeline-run.ts';
import { createStatePublisher, type PipelineState, type StatePublisher } from './pipeline-state.ts';
import { Progress } from './progress.ts';
import { RecordProcessor } from './record-processor.ts';
import { createSender, type Sender } from './sender.ts';
import { defaultPipelineSettings, type PipelineSettings } from './settings.ts';
import { leaveDeadline, settle } from './settle.ts';
import { createStanding, type Standing } from './standing.ts';
import { createStuckWatch, type StuckWatch } from './stuck-watch.ts';
import { openSuspects, type Suspects } from './suspects.ts';
import { ownerName } from './tenure.ts';
import { createUnreadableLogs, type UnreadableLogs } from './unreadable-logs.ts';

export function runPipeline<T>(pipeline: Pipeline<T>, options: RunOptions): PipelineRun {
  return new Run(pipeline, options);
}

/**
 * - *new*, *starting*: not yet in the group.
 * - *running*: in the group; records start unless halted, behind an open breaker, fenced, rejoining, or Kafka takes nothing.
 * - *draining*: nothing starts any more; what was started may finish.
 * - *closed*: nothing counts any more.
 */
type Phase = 'new' | 'starting' | 'running' | 'draining' | 'closed';

class Run<T> implements PipelineRun, GroupListener {
  readonly group: string;
  readonly #options: RunOptions;
  readonly #settings: PipelineSettings;
  readonly #clock: Clock;
  readonly #processor: RecordProcessor<T>;
  readonly #pauses: Pauses = createPauses();
  readonly #commits: Commits;
  readonly #metrics: PipelineMetrics;
  readonly #publisher: StatePublisher;
  readonly #standing: Standing;
  readonly #sender: Sender;
  readonly #pace: Pace;
  readonly #watch: StuckWatch;
  readonly #holds: KeyHolds | null;
  readonly #suspects: Suspects;
  readonly #unreadable: UnreadableLogs;
  readonly #topics: readonly string[];
  readonly #membership: Membership;
  readonly #closing = new AbortController();
  readonly #permit: SendPermit = sendPermit(() => this.#fence());
  readonly #stopBreaker: () => void;
  #phase: Phase = 'new';
  #isRejoining = false;
  readonly #owner: string;
  /** The client gave the membership up, or we did; true until there is an assignment again. */
  #isLost = false;
  /** Out of the group by an operator's wish, until `resume`; what a membership that is over still says counts for nothing. */
  #isAway = false;
  #left: Promise<void> = Promise.resolve();
  /** Rises with every assignment and at every barrier's end: what was started under another is void. */
  #epoch = 0;
  readonly #signals: HandlerSignals;
  #partitions = new Map<string, PartitionState>();
  #finishedSinceCommit = 0;
  #cancelTick: CancelTimer = () => undefined;
  #stopGauges: () => void = () => undefined;
  #drained: Promise<void> | null = null;
  readonly #progress = new Progress();

  constructor(pipeline: Pipeline<T>, options: RunOptions) {
    this.group = pipeline.group;
    this.#options = options;
    this.#settings = { ...defaultPipelineSettings, ...options.settings };
    this.#clock = options.clock ?? systemClock;
    this.#owner = ownerName(options.newId);
    this.#signals = createHandlerSignals({
      ...{ maxProcessingMs: this.#settings.maxProcessingMs, clock: this.#clock },
      fence: (now) => this.#fence(now),
    });
    const { producer, serde, logger, instanceId, version = 'unknown', random = Math.random } = options;
    const service = pipeline.group.split('.')[0] as string;
    const clock = this.#clock;
    this.#metrics = createPipelineMetrics(options.metrics, pipeline.group);
    this.#commits = createCommits({
      ...{ member: () => this.#membership.current(), partitions: () => this.#partitions.values() },
      takesMetadata: options.broker.capabilities.commitMetadata,
      isTaking: () => !this.#isRejoining,
      ...{ clock, owner: this.#owner, longestMs: this.#settings.maxProcessingMs },
      onEntered: () => this.#processor.schedule(),
      onFailure: (error) => logger.warn({ group: this.group, err: error }, names.logs.pipeline.commitFailed),
    });
    this.#publisher = createStatePublisher({
      ...{ group: pipeline.group, service, instance: instanceId ?? service },
      ...{ producer, serde, now: () => clock.now() },
    });
    this.#standing = createStanding({
      ...{ group: pipeline.group, logger, pauses: this.#pauses, metrics: this.#metrics, publisher: this.#publisher },
      beforeResume: () => options.beforeResume?.(),
      onLifted: () => {
        this.#holds?.read();
        this.#processor.schedule();
      },
    });
    this.#sender = createSender({
      ...{ producer, clock, random },
      isWanted: (epoch) => epoch === this.#epoch && this.#phase !== 'closed',
      ...{ isFenced: () => this.#fence() !== null, signal: () => this.#permit.signal },
      onFailure: (error, topic) => logger.warn({ group: this.group, topic, err: error }, names.logs.kafka.retrying),
    });
    this.#holds = openKeyHolds(pipeline, {
      ...options,
      ...{ settings: this.#settings, clock, random, epoch: () => this.#epoch, isFenced: () => this.#fence() !== null },
      readmit: (entries) => this.#processor.readmit(entries),
      onReady: () => this.#processor.schedule(),
      onHalt: (failure) => this.#standing.halt(failure.code, failure),
    });
    this.#suspects = openSuspects({
      ...{ group: pipeline.group, clock, logger, solitude: options.solitude, settings: this.#settings },
      ...{ member: () => this.#membership.current(), commit: () => this.#commits.run() },
      onOpen: () => this.#processor.schedule(),
    });
    this.#processor = new RecordProcessor<T>({
      ...{ pipeline, suspects: this.#suspects, holds: this.#holds, settings: this.#settings, serde },
      ...{ sender: this.#sender, pauses: this.#pauses, clock, logger, metrics: this.#metrics },
      routeFailure: createFailureRoute({
        ...{ group: pipeline.group, onFailure: pipeline.onFailure, service, version },
        ...{ serde, settings: this.#settings, clock, random },
      }),
      breaker: options.breaker ?? null,
      ...{ epoch: () => this.#epoch, mayStart: (now) => this.#mayStart(now), signal: () => this.#signals.current() },
      ...{ onAdmitted: () => this.#pace.spend(), onFinished: () => this.#finished() },
      onFailed: (failure) => this.#standing.failed(failure),
      onHalt: (failure) => this.#standing.halt(failure.code, failure),
    });
    this.#watch = createStuckWatch({
      ...{ group: pipeline.group, settings: this.#settings, clock, logger, processor: this.#processor },
      ...{ commit: () => this.#commits.run(), signals: this.#signals, onFatal: options.onFatal },
    });
    this.#unreadable = createUnreadableLogs({ group: pipeline.group, clock, logger, owner: this });
    this.#topics = topicsOf(pipeline);
    this.#pace = createPace({
      ...{ admin: options.broker.admin, topics: this.#topics, clock: this.#clock },
      onDue: () => this.#processor.schedule(),
    });
    this.#membership = membershipOf(pipeline, {
      ...{ broker: options.broker, serde, clock, logger, instanceId, listener: this, closing: this.#closing.signal },
    });
    this.#stopBreaker = options.breaker?.onChange((state) => this.#standing.breakerChanged(state)) ?? (() => undefined);
  }

  async start(): Promise<void> {
    if (this.#phase !== 'new') return;
    this.#phase = 'starting';
    this.#stopGauges = reportGauges({
      ...{ metrics: this.#options.metrics, group: this.group, topics: this.#topics, clock: this.#clock },
      ...{ processor: this.#processor, holds: this.#holds, pauses: this.#pauses },
      ...{ partitions: () => this.#partitions.values(), lag: () => this.lag() },
      ...{ retentionMs: () => this.#membership.retention(), flush: () => this.#metrics.flush() },
    });
    if (!this.#isAway)
      await this.#membership.open().catch((error: unknown) => {
        if (!isCodedError(error) || error.disposition.kind !== 'halt') throw error;
        this.onCrash(error);
      });
    if (this.#closing.signal.aborted) return;
    this.#standing.announce();
    this.#tick();
    this.#options.logger.info({ group: this.group, topics: this.#topics }, names.logs.pipeline.started);
  }

  onAssigned(assignment: Assignment): void {
    if (this.#phase === 'closed' || this.#isAway) return;
    // Without a barrier before it (the session was lost) what runs is another's now.
    this.#voidAssignment('the group assigned its partitions anew');
    // An operator may have set the offsets meanwhile: after a loss only what is committed counts.
    const before = this.#isLost ? new Map<string, PartitionState>() : this.#partitions;
    this.#isLost = false;
    const to = { group: this.group, epoch: this.#epoch, settings: this.#settings, owner: this.#owner };
    this.#partitions = assignedPartitions(assignment, before, to);
    const member = this.#membership.current();
    if (member !== null) this.#pauses.assign(member, this.#partitions.values());
    this.#processor.assign(this.#partitions.values());
    this.#holds?.assign(assignment.partitions);
    this.#pace.assign(assignment.partitions);
    this.#isRejoining = false;
    if (this.#phase === 'starting') this.#phase = 'running';
    this.#commits.enter();
    this.#metrics.assigned();
    this.#options.logger.info(
      { group: this.group, generation: assignment.generation, partitions: assignment.partitions.length },
      names.logs.pipeline.assigned,
    );
    this.#progress.made();
  }

  onRecords(records: readonly InboundRecord[]): void {
    const first = records[0];
    if (first === undefined || this.#phase === 'closed' || this.#isRejoining) return;
    const partition = this.#partitions.get(partitionName(first.topic, first.partition));
    if (partition === undefined) return;
    this.#metrics.batch(records.length);
    this.#processor.accept(partition, records);
  }

  onUnreadable(at: RecordPosition, error: CodedError): void {
    const partition = this.#partitions.get(partitionName(at.topic, at.partition));
    if (this.#phase === 'running' && !this.#isRejoining && partition !== undefined)
      this.#unreadable.found(partition, error);
  }

  async beforeRejoin(deadline: AbortSignal): Promise<void> {
    this.#isRejoining = true;
    await this.#settle(deadline);
    this.#voidAssignment('the group is assigning its partitions anew');
  }

  onCrash(error: Error): void {
    if (this.#phase === 'closed' || this.#isAway) return;
    this.#voidAssignment('the client gave up');
    if (!isCodedError(error) || error.disposition.kind !== 'halt') {
      this.#options.onFatal(error);
      return;
    }
    this.#isLost = true;
    this.#membership.lose();
    // Shut out: once that is mended at the brokers there is nothing to lift here.
    if (error.unavailable) void this.#membership.open().catch((failed: Error) => this.onCrash(failed));
    else this.#standing.halt(error.code, failureOf(error, 'handle'));
  }

  drain(deadline: AbortSignal = new AbortController().signal): Promise<void> {
    this.#drained ??= this.#drain(deadline);
    return this.#drained;
  }

  async close(): Promise<void> {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#closing.abort();
    this.#cancelTick();
    this.#stopBreaker();
    this.#suspects.close();
    this.#pace.close();
    this.#voidAssignment('the pipeline is closed');
    this.#metrics.close();
    this.#stopGauges();
    await this.#membership.close();
  }

  state(): PipelineState {
    return this.#standing.current();
  }

  isReady(): boolean {
    return this.#phase === 'running' && !this.#isLost && !this.#standing.isHalted();
  }

  async resume(): Promise<void> {
    await this.#left;
    const { code } = this.state();
    await this.#standing.resume();
    this.#isAway = false;
    if (code === 'X_GROUP_OFFSETS_LOST') this.#membership.overrule();
    // Not awaited: Kafka may be away, and whoever resumes has other pipelines to see to.
    if (this.#isLost && this.#phase !== 'new')
      void this.#membership.open().catch((error: Error) => this.onCrash(error));
  }

  leave(): Promise<void> {
    this.halt();
    if (this.#isAway || this.#phase === 'closed') return this.#left;
    this.#isAway = true;
    this.#left = this.#leave();
    return this.#left;
  }

  setRate(ratePerSecond: number | null): void {
    this.#pace.set(ratePerSecond);
  }

  halt(code = 'X_PIPELINE_HALTED'): void {
    this.#standing.halt(code, null);
  }

  async whenCaughtUp(): Promise<void> {
    for (;;) {
      const progress = this.#progress.next();
      if (await this.#isCaughtUp()) return;
      await progress;
    }
  }

  async lag(): Promise<readonly PartitionLag[]> {
    return readLag(this.#options.broker.admin, [...this.#partitions.values()]);
  }

  async #isCaughtUp(): Promise<boolean> {
    if (this.#phase === 'starting' || this.#phase === 'new' || this.#isRejoining || this.#isLost) return false;
    const lags = await this.lag();
    return this.#processor.isQuiet && lags.every((lag) => lag.records === 0);
  }

  async #drain(deadline: AbortSignal): Promise<void> {
    if (this.#phase === 'closed' || this.#phase === 'new') return;
    const wasStarting = this.#phase === 'starting';
    this.#phase = 'draining';
    this.#closing.abort();
    if (wasStarting) return;
    this.#pauses.pauseAll('drain');
    await this.#settle(deadline);
    this.#metrics.flush();
    this.#options.logger.info({ group: this.group }, names.logs.pipeline.drained);
  }

  async #leave(): Promise<void> {
    this.#isRejoining = true;
    await this.#settle(leaveDeadline(this.#clock));
    this.#voidAssignment('an operator sets its offsets');
    this.#isLost = true;
    await this.#membership.leave();
  }

  #settle(deadline: AbortSignal): Promise<void> {
    const commit = () => (this.#watch.isFatal() ? this.#commits.run() : this.#commits.handOver());
    const { producer } = this.#options;
    return settle(
      { processor: this.#processor, signals: this.#signals, producer, clock: this.#clock, commit },
      deadline,
    );
  }

  #voidAssignment(reason: string): void {
    this.#epoch += 1;
    this.#unreadable.clear();
    this.#signals.abort(abortReason(reason));
    this.#permit.renew();
    this.#processor.clear();
    this.#holds?.clear();
  }

  #mayStart(now: number): boolean {
    return (
      this.#phase === 'running' &&
      !this.#isRejoining &&
      this.#commits.isEntered() &&
      !this.#standing.isHalted() &&
      this.#sender.blocked() === 0 &&
      this.#holds?.isReady() !== false &&
      this.#options.breaker?.state() !== 'open' &&
      this.#fence(now) === null &&
      this.#pace.isDue(now)
    );
  }

  #fence(now = this.#clock.monotonic()): Error | null {
    const member = this.#membership.current();
    return member === null ? null : staleHeartbeat(member, this.#settings.heartbeatMarginMs, now);
  }

  #finished(): void {
    this.#finishedSinceCommit += 1;
    if (this.#finishedSinceCommit >= this.#settings.commitRecords) {
      this.#finishedSinceCommit = 0;
      void this.#commits.run();
    }
    if (this.#phase === 'running') this.#unreadable.check();
    this.#progress.made();
  }

  #tick(): void {
    this.#cancelTick = this.#clock.after(this.#settings.commitIntervalMs, () => {
      if (this.#phase === 'closed') return;
      this.#signals.look(); // For those who wait for it and never look: after a freeze, timers come first.
      this.#suspects.watch(this.#settings.commitIntervalMs);
      this.#tick();
      this.#finishedSinceCommit = 0;
      void this.#commits.run();
      this.#watch.look();
      this.#metrics.flush();
      this.#publisher.retry();
      this.#processor.schedule();
      this.#progress.made();
    });
  }
}
