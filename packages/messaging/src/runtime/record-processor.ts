import { groupTopics, type Topic } from '@millrace/contracts';
import { type Logger, names } from '@millrace/service';
import type { Breaker, Verdict } from '../breaker.ts';
import type { InboundRecord, OutboundRecord } from '../broker.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import { CodedError, deadLetter, type Step } from '../disposition.ts';
import type { Envelope } from '../envelope.ts';
import { isKnownFinished } from '../lanes/commit-tracker.ts';
import { KeyedLanes } from '../lanes/keyed-lanes.ts';
import type { Handled, Handler, Pipeline } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { deadLetterCopy, tierCopy } from './copies.ts';
import { createDeferral, type Deferral } from './deferral.ts';
import { Entry, entryBytes } from './entry.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Arrival, arrivalOf, emptyRecord, envelopeOf } from './inbound.ts';
import { type OutputContext, outputRecords, replayAck } from './outputs.ts';
import type { PartitionState } from './partition-state.ts';
import type { Pauses } from './pauses.ts';
import type { Finished, PipelineMetrics } from './pipeline-metrics.ts';
import { placeFailure } from './placement.ts';
import type { Sender } from './sender.ts';
import type { PipelineSettings } from './settings.ts';

/** Longest turn before other work of the process, heartbeats above all, gets its own. */
const turnMs = 8;

export interface RecordProcessorOptions<T> {
  readonly pipeline: Pipeline<T>;
  readonly settings: PipelineSettings;
  readonly service: string;
  readonly version: string;
  readonly serde: Serde;
  readonly sender: Sender;
  readonly breaker: Breaker | null;
  readonly pauses: Pauses;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: PipelineMetrics;
  /** The assignment that counts now; entries of another are void. */
  readonly epoch: () => number;
  readonly mayStart: () => boolean;
  readonly signal: () => AbortSignal;
  readonly onFailed: (failure: Failure) => void;
  readonly onFinished: () => void;
  readonly onHalt: (failure: Failure) => void;
}

/**
 * Takes records and sees each to its end. A record is *waiting* (in its lane, or in a tier until due), *busy* (its handler
 * runs, or its outputs are on their way), *resting* (between two tries in the process, its lane still its own) or
 * *finished*, and finished only when everything it caused is acknowledged.
 */
export class RecordProcessor<T> {
  readonly #options: RecordProcessorOptions<T>;
  readonly #handler: Handler<T>;
  readonly #topics: ReadonlyMap<string, Topic<T>>;
  readonly #outputs: OutputContext;
  readonly #copies: ReturnType<typeof groupTopics>;
  readonly #lanes: KeyedLanes<Entry> = new KeyedLanes<Entry>();
  readonly #deferral: Deferral;
  /** Handlers started and unfinished, oldest first. */
  readonly #running: Set<Entry> = new Set();
  readonly #resting: Map<Entry, CancelTimer> = new Map();
  readonly #idle: (() => void)[] = [];
  #busy = 0;
  #isScheduled = false;

  constructor(options: RecordProcessorOptions<T>) {
    const { pipeline, serde } = options;
    this.#options = options;
    this.#handler = pipeline.through.reduceRight<Handler<T>>((next, wrap) => wrap(next), pipeline.handle);
    this.#topics = new Map(pipeline.from.map((topic) => [topic.name, topic]));
    this.#outputs = { stage: pipeline.name, to: new Set(pipeline.to.map((topic) => topic.name)), serde };
    this.#copies = groupTopics(pipeline.group);
    this.#deferral = createDeferral({
      clock: options.clock,
      pauses: options.pauses,
      onDue: (entry) => {
        this.#lanes.add(entry, this.#laneOf(entry));
        this.schedule();
      },
    });
  }

  get running(): number {
    return this.#running.size;
  }

  get waiting(): number {
    return this.#lanes.waiting;
  }

  /** Nothing busy, nothing resting, nothing that could start. */
  get isQuiet(): boolean {
    return this.#busy === 0 && this.#resting.size === 0 && this.#lanes.waiting === 0;
  }

  get isIdle(): boolean {
    return this.#busy === 0;
  }

  /** When the oldest unfinished handler was started, on the monotonic clock; null when none runs. */
  get oldestStart(): number | null {
    for (const entry of this.#running) return entry.startedAt;
    return null;
  }

  /** Resolves when nothing is busy. */
  whenIdle(): Promise<void> {
    return this.#busy === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  accept(partition: PartitionState, records: readonly InboundRecord[]): void {
    const { tracker, known, marks } = partition;
    for (const record of records) {
      // A client may hand over the overlap of two fetches.
      if (record.offset <= tracker.lastOffset) continue;
      const slot = tracker.accept(record.offset, record.timestamp);
      if (isKnownFinished(known, record.offset)) {
        tracker.finish(slot);
        continue;
      }
      const entry = new Entry(record, partition, slot, entryBytes(record));
      if (marks.add(entry.bytes)) this.#options.pauses.pause(partition, 'backpressure');
      if (!this.#deferral.holds(entry)) this.#lanes.add(entry, this.#laneOf(entry));
    }
    this.schedule();
  }

  /** Starts what may start, soon; never in the caller's turn. */
  schedule(): void {
    if (this.#isScheduled || this.#lanes.waiting === 0) return;
    this.#isScheduled = true;
    setImmediate(this.#pump);
  }

  /** The assignment is over: what waits or rests is dropped, what is busy keeps its lane until it ends. */
  clear(): void {
    this.#deferral.clear();
    for (const [entry, cancel] of this.#resting) {
      cancel();
      this.#lanes.finish(entry);
    }
    this.#resting.clear();
    this.#lanes.clear();
  }

  #laneOf({ record, partition }: Entry): string | null {
    switch (this.#options.pipeline.order) {
      case 'key':
        return record.key === null || record.key.length === 0 ? null : record.key.toString('latin1');
      case 'partition':
        return String(partition.partition);
      case 'none':
        return null;
    }
  }

  readonly #pump = (): void => {
    this.#isScheduled = false;
    const { clock, settings, mayStart } = this.#options;
    const until = clock.monotonic() + turnMs;
    for (let started = 1; this.#running.size < settings.maxInFlight && mayStart(); started += 1) {
      const entry = this.#lanes.take();
      if (entry === undefined || !this.#begin(entry)) return;
      if ((started & 15) === 0 && clock.monotonic() > until) {
        this.schedule();
        return;
      }
    }
  };

  #begin(entry: Entry): boolean {
    const { breaker, serde, signal } = this.#options;
    if (breaker !== null) {
      const admission = breaker.admit();
      if (admission === 'wait') {
        this.#lanes.putBack(entry);
        return false;
      }
      entry.admission = admission;
    }
    this.#busy += 1;
    entry.signal = signal();
    const { record, partition } = entry;
    const arrival = arrivalOf(record, partition.through);
    let data: T | Promise<T>;
    let topic: Topic<T>;
    try {
      topic = this.#topicOf(arrival);
      if (record.value === null) throw emptyRecord(topic.name);
      data = serde.decode(topic, record.value);
    } catch (error) {
      this.#failed(entry, arrival, error, 'decode', null);
      return true;
    }
    if (isPromise(data)) {
      this.#started(entry);
      data.then(
        (decoded) => {
          this.#running.delete(entry);
          this.#handle(entry, arrival, envelopeOf(record, arrival, topic, decoded));
        },
        (error: unknown) => this.#failed(entry, arrival, error, 'decode', null),
      );
    } else this.#handle(entry, arrival, envelopeOf(record, arrival, topic, data));
    return true;
  }

  #topicOf({ origin }: Arrival): Topic<T> {
    const topic =
      this.#topics.get(origin.topic) ?? (this.#topics.size === 1 ? this.#options.pipeline.from[0] : undefined);
    if (topic !== undefined) return topic;
    throw new CodedError('X_DECODE_FAILED', `this pipeline does not read ${origin.topic}, where the record came from`, {
      disposition: deadLetter,
      step: 'decode',
    });
  }

  #handle(entry: Entry, arrival: Arrival, envelope: Envelope<T>): void {
    const { clock, metrics } = this.#options;
    const startedAt = metrics.isSampled() ? clock.monotonic() : -1;
    let result: Handled | Promise<Handled>;
    try {
      result = this.#handler(envelope, entry.signal as AbortSignal);
    } catch (error) {
      this.#failed(entry, arrival, error, 'handle', envelope.id);
      return;
    }
    if (!isPromise(result)) {
      this.#handled(entry, arrival, envelope, result, startedAt);
      return;
    }
    this.#started(entry);
    result.then(
      (handled) => this.#handled(entry, arrival, envelope, handled, startedAt),
      (error: unknown) => this.#failed(entry, arrival, error, 'handle', envelope.id),
    );
  }

  #started(entry: Entry): void {
    entry.startedAt = this.#options.clock.monotonic();
    this.#running.add(entry);
  }

  #handled(entry: Entry, arrival: Arrival, envelope: Envelope<T>, handled: Handled, startedAt: number): void {
    const { clock, metrics, pipeline, sender, serde } = this.#options;
    this.#running.delete(entry);
    this.#report(entry, { kind: 'success' });
    if (!this.#isCurrent(entry)) {
      this.#discard(entry);
      return;
    }
    const { outcome } = handled;
    if (startedAt >= 0) {
      metrics.observe(envelope, entry.record.timestamp, clock.monotonic() - startedAt, clock.now());
    }
    let records: OutboundRecord[];
    try {
      records = outputRecords(handled.outputs, envelope, entry.record, this.#outputs);
      if (arrival.replay !== null) {
        const verdict = {
          group: pipeline.group,
          outcome: outcome.kind,
          code: null,
          eventId: envelope.id,
          at: clock.now(),
        };
        records.push(replayAck(serde, arrival.replay, verdict));
      }
    } catch (error) {
      this.#failed(entry, arrival, error, 'produce', envelope.id);
      return;
    }
    if (outcome.kind === 'filtered') metrics.filtered(outcome.reason);
    if (records.length === 0) {
      this.#finish(entry, outcome.kind);
      return;
    }
    sender.send(records, entry.partition.epoch, {
      onAcknowledged: () => this.#finish(entry, outcome.kind),
      onRefused: (error) => this.#failed(entry, arrival, error, 'produce', envelope.id),
      onAbandoned: () => this.#discard(entry),
    });
  }

  #failed(entry: Entry, arrival: Arrival, error: unknown, step: Step, eventId: string | null): void {
    this.#running.delete(entry);
    if (!this.#isCurrent(entry)) {
      this.#report(entry, { kind: 'none' });
      this.#discard(entry);
      return;
    }
    // We aborted it ourselves: that is no failure of the record, and it starts again if anything does.
    if (step !== 'produce' && entry.signal?.aborted === true) {
      this.#report(entry, { kind: 'none' });
      this.#putBack(entry);
      return;
    }
    const failure = failureOf(error, step);
    this.#options.metrics.failed(failure);
    this.#options.onFailed(failure);
    if (this.#isOutage(entry, arrival, failure)) {
      this.#putBack(entry);
      return;
    }
    entry.tries += 1;
    this.#place(entry, arrival, failure, eventId);
  }

  /** Reports to the breaker. True when the failure is the dependency's: the record goes back, its try uncounted. */
  #isOutage(entry: Entry, { origin }: Arrival, failure: Failure): boolean {
    const { breaker } = this.#options;
    const { admission } = entry;
    if (breaker === null || admission === null) return false;
    if (failure.disposition.kind !== 'retry' || failure.isUnforeseen) {
      this.#report(entry, { kind: 'success' });
      return false;
    }
    const record = `${origin.topic}/${origin.partition}/${origin.offset}`;
    this.#report(entry, { kind: 'failure', record, unavailable: failure.unavailable });
    if (breaker.state() === 'closed') return false;
    // A probe that reached the dependency says something about its record too, or one bad record could probe for ever.
    return admission === 'start' || failure.unavailable;
  }

  #place(entry: Entry, arrival: Arrival, failure: Failure, eventId: string | null): void {
    const { clock, random, settings, onHalt } = this.#options;
    const tried = { failure, through: arrival.through, attempt: arrival.attempt, tries: entry.tries };
    const placement = placeFailure(tried, settings, clock.now(), random);
    switch (placement.kind) {
      case 'again':
        this.#rest(entry, placement.afterMs);
        return;
      case 'halt':
        onHalt(failure);
        this.#putBack(entry);
        return;
      case 'tier': {
        const { tier, attempt, notBefore } = placement;
        const copy = tierCopy(this.#copies.retry[tier], this.#copyContext(entry, arrival), {
          tier,
          attempt,
          notBefore,
        });
        this.#sendCopy(entry, [copy], 'retried', { failure, tier, eventId });
        return;
      }
      case 'dead-letter':
        this.#sendCopy(entry, this.#deadLetter(entry, arrival, failure, eventId), 'dead_lettered', {
          failure,
          eventId,
        });
        return;
    }
  }

  #copyContext(entry: Entry, { origin, through }: Arrival) {
    return { record: entry.record, isOurs: through !== 'source', origin, now: this.#options.clock.now() };
  }

  #deadLetter(entry: Entry, arrival: Arrival, failure: Failure, eventId: string | null): OutboundRecord[] {
    const { pipeline, service, version, serde, clock } = this.#options;
    const context = this.#copyContext(entry, arrival);
    const { group } = pipeline;
    const deliveries = arrival.attempt + 1;
    const { replay } = arrival;
    const copy = deadLetterCopy(this.#copies.dlq, { ...context, group, service, version, failure, deliveries, replay });
    if (replay === null) return [copy];
    const verdict = { group, outcome: 'failed-again', code: failure.code, eventId, at: clock.now() };
    return [copy, replayAck(serde, replay, verdict)];
  }

  #sendCopy(entry: Entry, copies: OutboundRecord[], outcome: Finished, facts: CopyFacts): void {
    const { logger, pipeline, sender, onHalt } = this.#options;
    const { failure, tier, eventId } = facts;
    sender.send(copies, entry.partition.epoch, {
      onAcknowledged: () => {
        const { topic, partition, offset } = entry.record;
        const fields = {
          group: pipeline.group,
          code: failure.code,
          step: failure.step,
          eventId,
          topic,
          partition,
          offset,
        };
        if (tier !== undefined) logger.warn({ ...fields, tier }, names.logs.pipeline.retried);
        else logger.error({ ...fields, error: failure.message }, names.logs.pipeline.deadLettered);
        this.#finish(entry, outcome);
      },
      // There is no other place for it: stop, rather than lose it.
      onRefused: (error) => {
        onHalt(failureOf(error, 'produce'));
        this.#putBack(entry);
      },
      onAbandoned: () => this.#discard(entry),
    });
  }

  #rest(entry: Entry, ms: number): void {
    const wake = (): void => {
      this.#resting.delete(entry);
      this.#lanes.putBack(entry);
      this.schedule();
    };
    this.#resting.set(entry, this.#options.clock.after(ms, wake));
    this.#end();
  }

  #isCurrent(entry: Entry): boolean {
    return entry.partition.epoch === this.#options.epoch();
  }

  #report(entry: Entry, verdict: Verdict): void {
    const { admission } = entry;
    entry.admission = null;
    if (admission !== null) this.#options.breaker?.report(admission, verdict);
  }

  #finish(entry: Entry, outcome: Finished): void {
    const { metrics, pauses, onFinished } = this.#options;
    this.#lanes.finish(entry);
    if (this.#isCurrent(entry)) {
      const { partition } = entry;
      partition.tracker.finish(entry.slot);
      if (partition.marks.remove(entry.bytes)) pauses.lift(partition, 'backpressure');
      metrics.finished(outcome);
      onFinished();
    }
    this.#end();
  }

  #putBack(entry: Entry): void {
    if (this.#isCurrent(entry)) this.#lanes.putBack(entry);
    else this.#lanes.finish(entry);
    this.#end();
  }

  /** Its assignment is over: whoever has the partition now gets the record again. */
  #discard(entry: Entry): void {
    this.#lanes.finish(entry);
    this.#end();
  }

  #end(): void {
    this.#busy -= 1;
    this.schedule();
    if (this.#busy > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

interface CopyFacts {
  readonly failure: Failure;
  readonly tier?: string;
  readonly eventId: string | null;
}

function isPromise<V>(value: V | Promise<V>): value is Promise<V> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
