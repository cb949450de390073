import type { Topic } from '@millrace/contracts';
import type { Logger } from '@millrace/service';
import type { Breaker, Verdict } from '../breaker.ts';
import type { InboundRecord, OutboundRecord } from '../broker.ts';
import type { Clock } from '../clock.ts';
import { CodedError, deadLetter, type Step } from '../disposition.ts';
import type { Envelope } from '../envelope.ts';
import { readIdentity } from '../headers/identity.ts';
import type { Handled, Handler, Pipeline } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { Endings } from './endings.ts';
import { type Failure, failureOf } from './failure.ts';
import type { RouteFailure } from './failure-route.ts';
import { deadlineOf } from './handler-signals.ts';
import { type Arrival, arrivalOf, emptyRecord, envelopeOf } from './inbound.ts';
import { Intake } from './intake.ts';
import type { KeyHolds, Way } from './key-holds.ts';
import { type OutputContext, outputRecords } from './outputs.ts';
import type { Entry, PartitionState } from './partition-state.ts';
import type { Pauses } from './pauses.ts';
import type { Finished, PipelineMetrics } from './pipeline-metrics.ts';
import { RunningHandlers } from './running-handlers.ts';
import type { Sender } from './sender.ts';
import type { Suspects } from './suspects.ts';

export interface RecordProcessorOptions<T> {
  readonly pipeline: Pipeline<T>;
  readonly maxInFlight: number;
  readonly serde: Serde;
  readonly sender: Sender;
  readonly routeFailure: RouteFailure;
  readonly breaker: Breaker | null;
  /** Null where a failure does not hold the others of its key. */
  readonly holds: KeyHolds | null;
  readonly suspects: Suspects;
  readonly pauses: Pauses;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: PipelineMetrics;
  /** The assignment that counts now; entries of another are void. */
  readonly epoch: () => number;
  readonly mayStart: (now: number) => boolean;
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
  readonly #running: RunningHandlers;
  readonly #idle: (() => void)[] = [];
  #busy = 0;

  constructor(options: RecordProcessorOptions<T>) {
    const { pipeline, clock, pauses, maxInFlight, mayStart, suspects } = options;
    this.#options = options;
    this.#running = new RunningHandlers({ maxInFlight, clock, suspects });
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
      mayStart: (now) => this.#running.mayStart() && mayStart(now),
      mayTake: (source) => this.#running.mayTake(source),
      start: (entry) => this.#start(entry),
      onSlow: (entry, ms) => suspects.ran(entry, ms),
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
    return this.#running.oldestStart;
  }

  /** Resolves when nothing is busy. */
  whenIdle(): Promise<void> {
    return this.#busy === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** The partitions of a new assignment. */
  assign(partitions: Iterable<PartitionState>): void {
    this.#running.assign(partitions);
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

  #start(entry: Entry): boolean {
    const { suspects, mayStart, clock } = this.#options;
    if (!suspects.isSuspect(entry)) return this.#begin(entry);
    const cancel = suspects.whenAlone(entry, () => {
      this.#intake.unhold(entry);
      if (mayStart(clock.monotonic())) this.#begin(entry);
      else this.#intake.putBack(entry);
      if (!this.#running.has(entry)) suspects.over(entry);
    });
    if (cancel !== null) this.#intake.hold(entry, cancel);
    return true;
  }

  #begin(entry: Entry): boolean {
    const { breaker, holds, serde, signal, suspects } = this.#options;
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
    const verdict = suspects.verdictOn(entry);
    if (verdict !== null) {
      this.#failed(entry, arrival, verdict, 'handle', readIdentity(record.headers).id);
      return true;
    }
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
    this.#running.start(entry);
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
    this.#running.start(entry);
    result.then(
      (handled) => this.#handled(entry, arrival, envelope, handled, startedAt),
      (error: unknown) => this.#failed(entry, arrival, error, 'handle', envelope.id),
    );
  }

  /** Another may start while the outputs of this one are on their way. */
  #ended(entry: Entry): void {
    if (this.#running.end(entry)) this.schedule();
  }

  #handled(entry: Entry, arrival: Arrival, envelope: Envelope<T>, handled: Handled, startedAt: number): void {
    const { clock, metrics, suspects } = this.#options;
    this.#ended(entry);
    suspects.over(entry);
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
    const { metrics, onFailed, onHalt, routeFailure, suspects } = this.#options;
    this.#ended(entry);
    suspects.over(entry);
    if (!this.#isCurrent(entry)) {
      this.#report(entry, { kind: 'none' });
      this.#discard(entry);
      return;
    }
    const late = step === 'produce' ? null : deadlineOf(entry.signal);
    // We aborted it ourselves, which is no failure of the record: it starts again if anything does. Not for ever by its own
    // doing: when a handler kept the heartbeat from being sent, the suspects know whose.
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
        this.#end(entry);
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
    const { metrics, onFinished, suspects } = this.#options;
    this.#intake.finish(entry);
    suspects.finished(entry);
    if (this.#isCurrent(entry)) {
      this.#intake.release(entry);
      metrics.finished(outcome);
      onFinished();
    }
    this.#end(entry);
  }

  #putBack(entry: Entry): void {
    if (this.#isCurrent(entry)) this.#intake.putBack(entry);
    else this.#intake.finish(entry);
    this.#end(entry);
  }

  /** Its assignment is over: whoever has the partition now gets the record again. */
  #discard(entry: Entry): void {
    this.#intake.finish(entry);
    this.#end(entry);
  }

  #end(entry: Entry): void {
    this.#busy -= 1;
    this.#options.suspects.abandoned(entry);
    this.schedule();
    if (this.#busy > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function isPromise<V>(value: V | Promise<V>): value is Promise<V> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
