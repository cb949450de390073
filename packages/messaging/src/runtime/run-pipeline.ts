import { groupTopics, topics } from '@millrace/contracts';
import { type Logger, type Metrics, names } from '@millrace/service';
import type { Breaker } from '../breaker.ts';
import type { Assignment, Broker, GroupListener, GroupMember, InboundRecord, Producer } from '../broker.ts';
import { type CancelTimer, type Clock, sleep, systemClock } from '../clock.ts';
import { CodedError, halt, isCodedError, retry } from '../disposition.ts';
import type { Delivery } from '../envelope.ts';
import { knownFinished, nothingFinished } from '../lanes/commit-tracker.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { createCommits } from './commits.ts';
import type { Failure } from './failure.ts';
import { fencedSignal } from './fenced-signal.ts';
import { type PartitionLag, readLag, reportLag } from './lag.ts';
import { PartitionState, partitionName } from './partition-state.ts';
import { createPauses } from './pauses.ts';
import { createPipelineMetrics } from './pipeline-metrics.ts';
import { createStatePublisher, type PipelineState } from './pipeline-state.ts';
import { RecordProcessor } from './record-processor.ts';
import { createSender } from './sender.ts';
import { defaultPipelineSettings, type PipelineSettings } from './settings.ts';

/** What a pipeline runs on. */
export interface RunOptions {
  readonly broker: Broker;
  /** May be shared by all pipelines of a process; whoever made it closes it, after the runs. */
  readonly producer: Producer;
  readonly serde: Serde;
  /** What is absent is the default's. */
  readonly settings?: Partial<PipelineSettings>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Of the one dependency whose outage should pause this pipeline. Whoever made it closes it. */
  readonly breaker?: Breaker;
  /** Stable name for static membership, e.g. `classifier-0`. */
  readonly instanceId?: string;
  /** Shown in dead letters: the build that failed. */
  readonly version?: string;
  /** Runs before a halt is lifted: read secrets again here. */
  readonly beforeResume?: () => Promise<void> | void;
  /** The process cannot go on: a stuck handler, a client that gave up. End it. */
  readonly onFatal: (error: Error) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** A pipeline that runs. `start`, then `drain`, then `close`; each is safe to repeat. */
export interface PipelineRun {
  readonly group: string;
  /** Pins schemas and joins; waits, trying again, while Kafka or the registry is away. */
  start(): Promise<void>;
  /** Stops intake, lets what runs finish (until the deadline, then aborts it), flushes, commits. */
  drain(deadline?: AbortSignal): Promise<void>;
  /** Leaves the group. What was not drained comes again to whoever is next. */
  close(): Promise<void>;
  /** `halted` waits for an operator, `open` for the dependency. */
  state(): PipelineState;
  /** True when it has its partitions and is neither halted nor ending. */
  isReady(): boolean;
  /** Lifts a halt. */
  resume(): Promise<void>;
  /** Stops starting records until `resume`. Nothing is lost or dead-lettered. */
  halt(code?: string): void;
  /** Resolves when everything written so far to its topics is finished, and what that caused in them too. For tests. */
  whenCaughtUp(): Promise<void>;
  lag(): Promise<readonly PartitionLag[]>;
}

export function runPipeline<T>(pipeline: Pipeline<T>, options: RunOptions): PipelineRun {
  return new Run(pipeline, options);
}

const longestBootWaitMs = 10_000;

/**
 * - *new*, *starting*: not yet in the group.
 * - *running*: in the group; records start unless halted, behind an open breaker, fenced, rejoining, or Kafka takes nothing.
 * - *draining*: nothing starts any more; what was started may finish.
 * - *closed*: nothing counts any more.
 */
type Phase = 'new' | 'starting' | 'running' | 'draining' | 'closed';

class Run<T> implements PipelineRun, GroupListener {
  readonly group: string;
  readonly #pipeline: Pipeline<T>;
  readonly #options: RunOptions;
  readonly #settings: PipelineSettings;
  readonly #clock: Clock;
  readonly #processor: RecordProcessor<T>;
  readonly #pauses = createPauses();
  readonly #commits;
  readonly #metrics;
  readonly #publisher;
  readonly #sender;
  readonly #retention = new Map<string, number>();
  readonly #closing = new AbortController();
  readonly #stopBreaker: () => void;
  #phase: Phase = 'new';
  #isRejoining = false;
  #member: GroupMember | null = null;
  /** Rises with every assignment and at every barrier's end: what was started under another is void. */
  #epoch = 0;
  #controller = new AbortController();
  #signal: AbortSignal;
  #partitions = new Map<string, PartitionState>();
  #haltCode: string | null = null;
  #openCode: string | null = null;
  #lastFailureCode: string | null = null;
  #finishedSinceCommit = 0;
  #cancelTick: CancelTimer = () => undefined;
  #drained: Promise<void> | null = null;
  #progress = Promise.withResolvers<void>();

  constructor(pipeline: Pipeline<T>, options: RunOptions) {
    this.group = pipeline.group;
    this.#pipeline = pipeline;
    this.#options = options;
    this.#settings = { ...defaultPipelineSettings, ...options.settings };
    this.#clock = options.clock ?? systemClock;
    this.#signal = fencedSignal(this.#controller, () => this.#fence());
    const { producer, serde, logger, version = 'unknown', random = Math.random } = options;
    const service = pipeline.group.split('.')[0] as string;
    const clock = this.#clock;
    this.#metrics = createPipelineMetrics(options.metrics, pipeline.group, () => clock.monotonic());
    this.#commits = createCommits({
      member: () => this.#member,
      partitions: () => this.#partitions.values(),
      onFailure: (error) => logger.warn({ group: this.group, err: error }, names.logs.pipeline.commitFailed),
    });
    this.#publisher = createStatePublisher({
      group: pipeline.group,
      service,
      instance: options.instanceId ?? service,
      producer,
      serde,
      now: () => clock.now(),
    });
    this.#sender = createSender({
      producer,
      clock,
      random,
      isWanted: (epoch) => epoch === this.#epoch && this.#phase !== 'closed',
      isFenced: () => this.#fence() !== null,
      onFailure: (error, topic) => logger.warn({ group: this.group, topic, err: error }, names.logs.kafka.retrying),
    });
    this.#processor = new RecordProcessor<T>({
      pipeline,
      settings: this.#settings,
      service,
      version,
      serde,
      sender: this.#sender,
      breaker: options.breaker ?? null,
      pauses: this.#pauses,
      clock,
      random,
      logger,
      metrics: this.#metrics,
      epoch: () => this.#epoch,
      mayStart: () => this.#mayStart(),
      signal: () => this.#currentSignal(),
      onFailed: (failure) => {
        this.#lastFailureCode = failure.code;
      },
      onFinished: () => this.#finished(),
      onHalt: (failure) => this.#halt(failure.code, failure),
    });
    this.#stopBreaker = options.breaker?.onChange((state) => this.#breakerChanged(state)) ?? (() => undefined);
  }

  async start(): Promise<void> {
    if (this.#phase !== 'new') return;
    this.#phase = 'starting';
    const { broker, serde, logger, instanceId } = this.#options;
    const copies = groupTopics(this.group);
    const read = [...this.#pipeline.from.map((topic) => topic.name), ...Object.values(copies.retry), copies.lane];
    const member = {
      group: this.group,
      topics: read,
      listener: this,
      ...(instanceId === undefined ? {} : { instanceId }),
    };
    await this.#untilAvailable(async () => {
      await serde.pin([...this.#pipeline.from, ...this.#pipeline.to, topics.opsPipelines, topics.opsReplayAck]);
      await this.#readRetention(read);
      this.#member ??= await broker.createMember(member);
      await this.#member.start();
    });
    if (this.#closing.signal.aborted) return;
    reportLag({
      metrics: this.#options.metrics,
      group: this.group,
      now: () => this.#clock.now(),
      read: () => this.lag(),
      retentionMs: () => this.#retention,
    });
    this.#gauges();
    this.#announce();
    this.#tick();
    logger.info({ group: this.group, topics: read }, names.logs.pipeline.started);
  }

  onAssigned(assignment: Assignment): void {
    if (this.#phase === 'closed') return;
    // Without a barrier before it (the session was lost) what runs is another's now.
    this.#voidAssignment('the group assigned its partitions anew');
    const before = this.#partitions;
    const limits = { highRecords: this.#settings.highWaterRecords, highBytes: this.#settings.highWaterBytes };
    this.#partitions = new Map();
    for (const assigned of assignment.partitions) {
      const name = partitionName(assigned.topic, assigned.partition);
      const old = before.get(name);
      // What we finished and could not commit need not run twice. Held by another meanwhile, it is forgotten.
      const known = old === undefined ? nothingFinished : knownFinished(old.tracker, old.known);
      this.#partitions.set(
        name,
        new PartitionState(assigned, this.#throughOf(assigned.topic), this.#epoch, known, limits),
      );
    }
    if (this.#member !== null) this.#pauses.assign(this.#member, this.#partitions.values());
    this.#isRejoining = false;
    if (this.#phase === 'starting') this.#phase = 'running';
    this.#metrics.assigned();
    this.#options.logger.info(
      { group: this.group, generation: assignment.generation, partitions: assignment.partitions.length },
      names.logs.pipeline.assigned,
    );
    this.#progressed();
  }

  onRecords(records: readonly InboundRecord[]): void {
    const first = records[0];
    if (first === undefined || this.#phase === 'closed' || this.#isRejoining) return;
    const partition = this.#partitions.get(partitionName(first.topic, first.partition));
    if (partition === undefined) return;
    this.#metrics.batch(records.length);
    this.#processor.accept(partition, records);
  }

  async beforeRejoin(deadline: AbortSignal): Promise<void> {
    this.#isRejoining = true;
    await this.#settle(deadline);
    this.#voidAssignment('the group is assigning its partitions anew');
  }

  onCrash(error: Error): void {
    if (this.#phase === 'closed') return;
    this.#voidAssignment('the client gave up');
    this.#options.onFatal(error);
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
    this.#voidAssignment('the pipeline is closed');
    this.#metrics.flush();
    await this.#member?.close();
  }

  state(): PipelineState {
    if (this.#haltCode !== null) return { state: 'halted', code: this.#haltCode };
    if (this.#openCode !== null) return { state: 'open', code: this.#openCode };
    return { state: 'running', code: null };
  }

  isReady(): boolean {
    return this.#phase === 'running' && this.#haltCode === null;
  }

  async resume(): Promise<void> {
    if (this.#haltCode === null) return;
    await this.#options.beforeResume?.();
    this.#haltCode = null;
    this.#pauses.liftAll('halt');
    this.#announce();
    this.#options.logger.info({ group: this.group }, names.logs.pipeline.resumed);
    this.#processor.schedule();
  }

  halt(code = 'X_PIPELINE_HALTED'): void {
    this.#halt(code, null);
  }

  async whenCaughtUp(): Promise<void> {
    for (;;) {
      const progress = this.#progress.promise;
      if (await this.#isCaughtUp()) return;
      await progress;
    }
  }

  async lag(): Promise<readonly PartitionLag[]> {
    return readLag(this.#options.broker.admin, [...this.#partitions.values()]);
  }

  async #isCaughtUp(): Promise<boolean> {
    if (this.#phase === 'starting' || this.#phase === 'new' || this.#isRejoining) return false;
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

  /** Nothing new starts already. Waits for what runs, aborts it at the deadline, flushes, commits. */
  async #settle(deadline: AbortSignal): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    if (deadline.aborted) resolve();
    else deadline.addEventListener('abort', () => resolve(), { once: true });
    await Promise.race([this.#processor.whenIdle(), late]);
    if (!this.#processor.isIdle) {
      this.#controller.abort(abortReason('its time to finish has passed'));
      // One turn for handlers that obey at once, so that what they finished is still committed.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.race([this.#options.producer.flush(), late]);
    await Promise.race([this.#commits.run(), late.then(() => sleep(this.#clock, 2_000))]);
  }

  #voidAssignment(reason: string): void {
    this.#epoch += 1;
    this.#controller.abort(abortReason(reason));
    this.#processor.clear();
  }

  #mayStart(): boolean {
    return (
      this.#phase === 'running' &&
      !this.#isRejoining &&
      this.#haltCode === null &&
      this.#sender.blocked() === 0 &&
      this.#options.breaker?.state() !== 'open' &&
      this.#fence() === null
    );
  }

  /** Why nothing may act at the moment: for all we know, the group has given our partitions to another. */
  #fence(): Error | null {
    const member = this.#member;
    if (member === null) return null;
    const silentMs = this.#clock.monotonic() - member.lastHeartbeatAt();
    if (silentMs <= member.sessionTimeoutMs - this.#settings.heartbeatMarginMs) return null;
    return new CodedError(
      'X_HEARTBEAT_STALE',
      'the group coordinator has not answered for almost a session; nothing starts until it does',
      { disposition: retry(), unavailable: true },
    );
  }

  #currentSignal(): AbortSignal {
    if (this.#controller.signal.aborted) {
      this.#controller = new AbortController();
      this.#signal = fencedSignal(this.#controller, () => this.#fence());
    }
    return this.#signal;
  }

  #finished(): void {
    this.#finishedSinceCommit += 1;
    if (this.#finishedSinceCommit >= this.#settings.commitRecords) {
      this.#finishedSinceCommit = 0;
      void this.#commits.run();
    }
    this.#progressed();
  }

  #tick(): void {
    this.#cancelTick = this.#clock.after(this.#settings.commitIntervalMs, () => {
      if (this.#phase === 'closed') return;
      this.#tick();
      this.#finishedSinceCommit = 0;
      void this.#commits.run();
      this.#watch();
      this.#metrics.flush();
      this.#publisher.retry();
      this.#processor.schedule();
      this.#progressed();
    });
  }

  #watch(): void {
    const started = this.#processor.oldestStart;
    if (started === null || this.#clock.monotonic() - started <= this.#settings.maxProcessingMs) return;
    const { logger, onFatal } = this.#options;
    const error = new CodedError(
      'X_HANDLER_STUCK',
      `a handler of ${this.group} runs for more than ${this.#settings.maxProcessingMs} ms; see maxProcessingMs`,
      { disposition: halt },
    );
    logger.error({ group: this.group, code: error.code }, names.logs.pipeline.stuck);
    this.#controller.abort(error);
    onFatal(error);
  }

  #halt(code: string, failure: Failure | null): void {
    if (this.#haltCode !== null) return;
    this.#haltCode = code;
    this.#pauses.pauseAll('halt');
    const { logger } = this.#options;
    logger.error({ group: this.group, code, error: failure?.message ?? null }, names.logs.pipeline.halted);
    this.#announce();
  }

  #breakerChanged(state: ReturnType<Breaker['state']>): void {
    const { logger } = this.#options;
    this.#metrics.breaker(state);
    if (state === 'open') {
      this.#pauses.pauseAll('breaker');
      if (this.#openCode === null) {
        this.#openCode = this.#lastFailureCode ?? 'X_BREAKER_OPEN';
        logger.error({ group: this.group, code: this.#openCode }, names.logs.pipeline.breakerOpened);
        this.#announce();
      }
      return;
    }
    // Half-open fetches again too: after a rebalance there may be no record left to probe with.
    this.#pauses.liftAll('breaker');
    if (state === 'closed' && this.#openCode !== null) {
      this.#openCode = null;
      logger.info({ group: this.group }, names.logs.pipeline.breakerClosed);
      this.#announce();
    }
    this.#processor.schedule();
  }

  #announce(): void {
    this.#metrics.state(this.state());
    if (this.#phase !== 'new') this.#publisher.publish(this.state());
  }

  #gauges(): void {
    const tree = names.metrics.pipeline;
    const { metrics } = this.#options;
    const { group } = this;
    const inFlight = metrics.gauge(tree.inFlight);
    const queued = metrics.gauge(tree.queuedRecords);
    const queuedBytes = metrics.gauge(tree.queuedBytes);
    const paused = metrics.gauge(tree.pausedPartitions);
    metrics.onCollect(() => {
      this.#metrics.flush();
      inFlight.set({ group }, this.#processor.running);
      queued.set({ group }, this.#processor.waiting);
      queuedBytes.set(
        { group },
        [...this.#partitions.values()].reduce((sum, { marks }) => sum + marks.bytes, 0),
      );
      for (const cause of ['backpressure', 'tier', 'breaker', 'halt', 'drain'] as const) {
        paused.set({ group, cause }, this.#pauses.count(cause));
      }
    });
  }

  #throughOf(topic: string): Delivery['through'] {
    const { lane, retry: tiers } = groupTopics(this.group);
    if (topic === lane) return 'lane';
    return Object.values(tiers).includes(topic) ? 'retry' : 'source';
  }

  #progressed(): void {
    const { resolve } = this.#progress;
    this.#progress = Promise.withResolvers<void>();
    resolve();
  }

  async #readRetention(read: readonly string[]): Promise<void> {
    for (const { name, config } of await this.#options.broker.admin.describeTopics(read)) {
      const retention = Number(config['retention.ms'] ?? -1);
      if (retention > 0) this.#retention.set(name, retention);
    }
  }

  /** Kafka or the registry being away at boot is no reason to die: waits longer each time, until closed. */
  async #untilAvailable(open: () => Promise<void>): Promise<void> {
    for (let tries = 0; !this.#closing.signal.aborted; tries += 1) {
      try {
        return await open();
      } catch (error) {
        if (!isCodedError(error) || error.disposition.kind !== 'retry') throw error;
        const waitMs = Math.min(longestBootWaitMs, 200 * 2 ** Math.min(tries, 10));
        this.#options.logger.warn({ group: this.group, err: error, waitMs }, names.logs.kafka.retrying);
        await sleep(this.#clock, waitMs, this.#closing.signal).catch(() => undefined);
      }
    }
  }
}

function abortReason(why: string): DOMException {
  return new DOMException(why, 'AbortError');
}
