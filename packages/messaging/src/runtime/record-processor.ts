import type { Topic } from '@millrace/contracts';
import type { Logger } from '@millrace/service';
import type { Breaker, Verdict } from '../breaker.ts';
import type { InboundRecord, OutboundRecord } from '../broker.ts';
import type { Clock } from '../clock.ts';
import { CodedError, deadLetter, type Step } from '../disposition.ts';
import type { Envelope } from '../envelope.ts';
import type { Handled, Handler, Pipeline } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { Endings } from './endings.ts';
import { type Failure, failureOf } from './failure.ts';
import type { RouteFailure } from './failure-route.ts';
import { deadlineOf } from './handler-signals.ts';
import { HandlerSlots } from './handler-slots.ts';
import { type Arrival, arrivalOf, emptyRecord, envelopeOf } from './inbound.ts';
import { Intake } from './intake.ts';
import type { KeyHolds, Way } from './key-holds.ts';
import { type OutputContext, outputRecords } from './outputs.ts';
import type { Entry, PartitionState } from './partition-state.ts';
import type { Pauses } from './pauses.ts';
import type { Finished, PipelineMetrics } from './pipeline-metrics.ts';
import type { Sender } from './sender.ts';

export interface RecordProcessorOptions<T> {
  readonly pipeline: Pipeline<T>;
  readonly maxInFlight: number;
  readonly serde: Serde;
  readonly sender: Sender;
  readonly routeFailure: RouteFailure;
  readonly breaker: Breaker | null;
  /** Null where a failure does not hold the others of its key. */
  readonly holds: KeyHolds | null;
  readonly pauses: Pauses;
  readonly clock: Clock;
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
  readonly #intake: Intake;
  readonly #endings: Endings;
  /** Handlers started and unfinished, oldest first. */
  readonly #running: Set<Entry> = new Set();
  readonly #slots: HandlerSlots;
  readonly #idle: (() => void)[] = [];
  #busy = 0;

  constructor(options: RecordProcessorOptions<T>) {
    const { pipeline, clock, pauses, maxInFlight, mayStart } = options;
    this.#options = options;
    this.#slots = new HandlerSlots(maxInFlight);
    this.#handler = pipeline.through.reduceRight<Handler<T>>((next, wrap) => wrap(next), pipeline.handle);
    this.#topics = new Map(pipeline.from.map((topic) => [topic.name, topic]));
    this.#outputs = {
      stage: pipeline.name,
      to: new Set(pipeline.to.map((topic) => topic.name)),
      serde: options.serde,
    };
    this.#intake = new Intake({
      order: pipeline.order,
      clock,
      pauses,
      mayStart: () => !this.#slots.isFull() && mayStart(),
      mayTake: (source) => this.#slots.isFree(source),
      start: (entry) => this.#begin(entry),
    });
    this.#endings = new Endings(options, {
      finish: (entry, outcome) => this.#finish(entry, outcome),
      putBack: (entry) => this.#putBack(entry),
      discard: (entry) => this.#discard(entry),
    });
  }

  get running(): number {
    return this.#running.size;
  }

  get waiting(): number {
    return this.#intake.waiting;
  }

  get isIdle(): boolean {
    return this.#busy === 0;
  }

  /** Nothing busy, nothing resting, nothing that could start. */
  get isQuiet(): boolean {
    const aside = this.#options.holds?.aside ?? 0;
    return this.#busy === 0 && this.#intake.resting === 0 && this.#intake.waiting === 0 && aside === 0;
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

  /** The partitions of a new assignment. */
  assign(partitions: Iterable<PartitionState>): void {
    const sources = [...partitions].filter(({ through }) => through === 'source');
    this.#slots.assign(sources.map(({ source }) => source));
  }

  accept(partition: PartitionState, records: readonly InboundRecord[]): void {
    this.#intake.accept(partition, records);
  }

  schedule(): void {
    this.#intake.schedule();
  }

  /** Records that had stepped aside, before everything of their key. */
  readmit(entries: readonly Entry[]): void {
    this.#intake.readmit(entries);
  }

  clear(): void {
    this.#intake.clear();
  }

  #begin(entry: Entry): boolean {
    const { breaker, holds, serde, signal } = this.#options;
    const { record, partition } = entry;
    const arrival = arrivalOf(record, partition.through);
    if (arrival.replay !== null && arrival.replay.mode === 'discard') {
      this.#busy += 1;
      this.#endings.giveUp(entry, arrival);
      return true;
    }
    const way = holds === null ? 'run' : holds.wayOf(entry, arrival);
    if (holds !== null && way !== 'run') {
      this.#keepBack(entry, arrival, way, holds);
      return true;
    }
    if (breaker !== null) {
      const admission = breaker.admit();
      if (admission === 'wait') {
        this.#intake.putBack(entry);
        return false;
      }
      entry.admission = admission;
    }
    this.#busy += 1;
    entry.signal = signal();
    let topic: Topic<T>;
    let envelope: Envelope<T> | Promise<Envelope<T>>;
    try {
      topic = this.#topicOf(arrival);
      if (record.value === null) throw emptyRecord(topic.name);
      const data = serde.decode(topic, record.value);
      envelope = isPromise(data)
        ? data.then((decoded) => envelopeOf(record, arrival, topic, decoded))
        : envelopeOf(record, arrival, topic, data);
    } catch (error) {
      this.#failed(entry, arrival, error, 'decode', null);
      return true;
    }
    if (!isPromise(envelope)) {
      this.#handle(entry, arrival, envelope);
      return true;
    }
    this.#started(entry);
    envelope.then(
      (decoded) => {
        this.#ended(entry);
        this.#handle(entry, arrival, decoded);
      },
      (error: unknown) => this.#failed(entry, arrival, error, 'decode', null),
    );
    return true;
  }

  #topicOf({ origin }: Arrival): Topic<T> {
    const only = this.#topics.size === 1 ? this.#options.pipeline.from[0] : undefined;
    const topic = this.#topics.get(origin.topic) ?? only;
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
    this.#slots.take(entry.source);
  }

  /** Another may start while the outputs of this one are on their way. One that was never waited for had no slot. */
  #ended(entry: Entry): void {
    if (!this.#running.delete(entry)) return;
    this.#slots.give(entry.source);
    this.schedule();
  }

  #handled(entry: Entry, arrival: Arrival, envelope: Envelope<T>, handled: Handled, startedAt: number): void {
    const { clock, metrics } = this.#options;
    this.#ended(entry);
    // A record that nobody was asked about is no sign of life: with many of them an outage would never show.
    this.#report(entry, { kind: handled.asked === false ? 'none' : 'success' });
    if (!this.#isCurrent(entry)) {
      this.#discard(entry);
      return;
    }
    if (startedAt >= 0) {
      metrics.observe(envelope, entry.record.timestamp, clock.monotonic() - startedAt, clock.now());
    }
    const { outcome } = handled;
    let records: readonly OutboundRecord[];
    let ack: OutboundRecord | null;
    try {
      records = outputRecords(handled.outputs, envelope, entry.record, this.#outputs);
      ack = this.#endings.ackOf(arrival, envelope.id, outcome.kind);
    } catch (error) {
      this.#failed(entry, arrival, error, 'produce', envelope.id);
      return;
    }
    if (outcome.kind === 'filtered') metrics.filtered(outcome.reason);
    this.#endings.send(records, ack, entry, {
      onAcknowledged: () => this.#endings.close(entry, arrival, outcome.kind),
      onRefused: (error) => this.#failed(entry, arrival, error, 'produce', envelope.id),
      onAbandoned: () => this.#discard(entry),
    });
  }

  #failed(entry: Entry, arrival: Arrival, error: unknown, step: Step, eventId: string | null): void {
    const { metrics, onFailed, onHalt, routeFailure } = this.#options;
    this.#ended(entry);
    if (!this.#isCurrent(entry)) {
      this.#report(entry, { kind: 'none' });
      this.#discard(entry);
      return;
    }
    const late = step === 'produce' ? null : deadlineOf(entry.signal);
    // We aborted it ourselves: that is no failure of the record, and it starts again if anything does.
    if (step !== 'produce' && late === null && entry.signal?.aborted === true) {
      this.#report(entry, { kind: 'none' });
      this.#putBack(entry);
      return;
    }
    const failure = failureOf(late ?? error, step);
    metrics.failed(failure);
    onFailed(failure);
    if (this.#isOutage(entry, arrival, failure)) {
      this.#putBack(entry);
      return;
    }
    entry.tries += 1;
    const route = routeFailure(entry, arrival, failure, eventId);
    switch (route.kind) {
      case 'again':
        this.#intake.rest(entry, route.afterMs);
        this.#end();
        return;
      case 'halt':
        onHalt(failure);
        this.#putBack(entry);
        return;
      case 'copy':
        this.#endings.copy(entry, arrival, route, { failure, eventId });
        return;
    }
  }

  /** Its key is held, and it is not the first of the line. */
  #keepBack(entry: Entry, arrival: Arrival, way: Exclude<Way, 'run'>, holds: KeyHolds): void {
    switch (way) {
      case 'wait':
        holds.stepAside(entry);
        this.#intake.finish(entry);
        return;
      case 'after':
        this.#intake.putBack(entry);
        this.#intake.readmit(holds.older(entry));
        return;
      case 'hold':
        this.#busy += 1;
        this.#endings.hold(entry, arrival);
        return;
    }
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

  #isCurrent(entry: Entry): boolean {
    return entry.partition.epoch === this.#options.epoch();
  }

  #report(entry: Entry, verdict: Verdict): void {
    const { admission } = entry;
    entry.admission = null;
    if (admission !== null) this.#options.breaker?.report(admission, verdict);
  }

  #finish(entry: Entry, outcome: Finished): void {
    const { metrics, onFinished } = this.#options;
    this.#intake.finish(entry);
    if (this.#isCurrent(entry)) {
      this.#intake.release(entry);
      metrics.finished(outcome);
      onFinished();
    }
    this.#end();
  }

  #putBack(entry: Entry): void {
    if (this.#isCurrent(entry)) this.#intake.putBack(entry);
    else this.#intake.finish(entry);
    this.#end();
  }

  /** Its assignment is over: whoever has the partition now gets the record again. */
  #discard(entry: Entry): void {
    this.#intake.finish(entry);
    this.#end();
  }

  #end(): void {
    this.#busy -= 1;
    this.schedule();
    if (this.#busy > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function isPromise<V>(value: V | Promise<V>): value is Promise<V> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
