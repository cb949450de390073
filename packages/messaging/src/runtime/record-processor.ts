import type { Logger } from '@millrace/service';
import type { Breaker } from '../breaker.ts';
import type { InboundRecord, OutboundRecord } from '../broker.ts';
import type { Clock } from '../clock.ts';
import type { Step } from '../disposition.ts';
import type { Envelope } from '../envelope.ts';
import { readIdentity } from '../headers/identity.ts';
import { type Handled, type Handler, handlerOf, type Pipeline } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { type Admissions, createAdmissions } from './admissions.ts';
import { createDecodeRecord, type DecodeRecord, isPromise } from './decode-record.ts';
import { Endings } from './endings.ts';
import { type Failure, failureOf } from './failure.ts';
import type { RouteFailure } from './failure-route.ts';
import { deadlineOf } from './handler-signals.ts';
import { type Arrival, arrivalOf } from './inbound.ts';
import { Intake } from './intake.ts';
import type { KeyHolds, Way } from './key-holds.ts';
import { type OutputContext, outputRecords } from './outputs.ts';
import type { Entry, PartitionState } from './partition-state.ts';
import type { Pauses } from './pauses.ts';
import type { Finished, PipelineMetrics } from './pipeline-metrics.ts';
import { Progress } from './progress.ts';
import { Refusals } from './refusals.ts';
import { RunningHandlers } from './running-handlers.ts';
import type { Sender } from './sender.ts';
import type { PipelineSettings } from './settings.ts';
import type { Suspects } from './suspects.ts';

export interface RecordProcessorOptions<T> {
  readonly pipeline: Pipeline<T>;
  readonly settings: PipelineSettings;
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
  readonly onAdmitted: () => void;
  /** Null when nothing may act. */
  readonly signal: () => AbortSignal | null;
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
  readonly #decode: DecodeRecord<T>;
  readonly #outputs: OutputContext;
  readonly #intake: Intake;
  readonly #endings: Endings;
  readonly #refusals: Refusals;
  readonly #admissions: Admissions;
  readonly #running: RunningHandlers;
  readonly #idle = new Progress();
  #busy = 0;

  constructor(options: RecordProcessorOptions<T>) {
    const { pipeline, clock, pauses, settings, mayStart, suspects } = options;
    this.#options = options;
    this.#running = new RunningHandlers({ maxInFlight: settings.maxInFlight, clock, suspects });
    this.#handler = handlerOf(pipeline);
    this.#decode = createDecodeRecord(pipeline, options.serde);
    const to = new Set(pipeline.to.map((topic) => topic.name));
    this.#outputs = { stage: pipeline.name, to, serde: options.serde };
    this.#intake = new Intake({
      ...{ order: pipeline.order, clock, pauses },
      mayStart: (now) => this.#running.mayStart() && mayStart(now),
      mayTake: (source) => this.#running.mayTake(source),
      onPressed: (partition) => this.#refusals.pressed(partition),
      start: (entry) => this.#start(entry),
      onSlow: (entry, ms) => suspects.ran(entry, ms),
    });
    this.#refusals = new Refusals({
      settings,
      onFailure: pipeline.onFailure,
      clock,
      park: (entry) => this.#intake.hold(entry, () => undefined),
      unpark: (entry) => this.#intake.wake(entry),
    });
    this.#admissions = createAdmissions(options.breaker, this.#refusals, options.onAdmitted);
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

  get delayedKeys(): number {
    return this.#refusals.delayedKeys;
  }

  get isIdle(): boolean {
    return this.#busy === 0;
  }

  /** Nothing busy, nothing resting, nothing that could start. */
  get isQuiet(): boolean {
    const aside = this.#options.holds?.aside ?? 0;
    return this.#busy === 0 && this.#intake.resting === 0 && this.#intake.waiting === 0 && aside === 0;
  }

  /** Whose unfinished handler was started first; null when none runs. */
  get oldest(): Entry | null {
    return this.#running.oldest;
  }

  /** Resolves when nothing is busy. */
  whenIdle(): Promise<void> {
    return this.#busy === 0 ? Promise.resolve() : this.#idle.next();
  }

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
    this.#refusals.clear();
    this.#intake.clear();
  }

  #start(entry: Entry): boolean {
    const { suspects, mayStart, clock } = this.#options;
    if (!suspects.isSuspect(entry)) return this.#begin(entry);
    const cancel = suspects.whenAlone(entry, () => {
      this.#intake.unhold(entry);
      if (!this.#isCurrent(entry)) this.#intake.finish(entry);
      else if (mayStart(clock.monotonic())) this.#begin(entry);
      else this.#intake.putBack(entry);
      if (!this.#running.has(entry)) suspects.over(entry);
    });
    if (cancel !== null) this.#intake.hold(entry, cancel);
    return true;
  }

  #begin(entry: Entry): boolean {
    const { holds, suspects } = this.#options;
    const { record, partition } = entry;
    const arrival = arrivalOf(record, partition.through, entry.time);
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
    const limited = this.#refusals.wayOf(entry);
    if (limited !== 'run') {
      if (limited === 'wait') this.#refusals.wait(entry);
      else this.#divert(entry, arrival, limited);
      return true;
    }
    if (!this.#admissions.admit(entry)) {
      this.#intake.putBack(entry);
      return false;
    }
    this.#busy += 1;
    entry.signal = null;
    const verdict = suspects.verdictOn(entry);
    if (verdict !== null) {
      this.#failed(entry, arrival, verdict, 'handle', readIdentity(record.headers).id);
      return true;
    }
    let envelope: Envelope<T> | Promise<Envelope<T>>;
    try {
      envelope = this.#decode(record, arrival);
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

  #handle(entry: Entry, arrival: Arrival, envelope: Envelope<T>): void {
    const { clock, metrics, signal, suspects } = this.#options;
    // Asked last: a process that is frozen while it decodes must not start anything when it wakes up.
    entry.signal = signal();
    if (entry.signal === null) {
      suspects.over(entry);
      this.#admissions.ended(entry);
      this.#putBack(entry);
      return;
    }
    const startedAt = metrics.isSampled() ? clock.monotonic() : -1;
    let result: Handled | Promise<Handled>;
    try {
      result = this.#handler(envelope, entry.signal);
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
    // What was never waited for began just now.
    const beganAt = this.#running.has(entry) ? entry.startedAt : Number.POSITIVE_INFINITY;
    this.#ended(entry);
    suspects.over(entry);
    // A record that nobody was asked about is no sign of life: with many of them an outage would never show.
    if (handled.asked === false) this.#admissions.ended(entry);
    else this.#admissions.succeeded(entry, beganAt);
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
      this.#admissions.ended(entry);
      this.#discard(entry);
      return;
    }
    const late = step === 'produce' ? null : deadlineOf(entry.signal);
    // We aborted it ourselves, which is no failure of the record: it starts again if anything does. Not for ever by its own
    // doing: when a handler kept the heartbeat from being sent, the suspects know whose.
    if (step !== 'produce' && late === null && entry.signal?.aborted === true) {
      this.#admissions.ended(entry);
      this.#putBack(entry);
      return;
    }
    const failure = failureOf(late ?? error, step);
    metrics.failed(failure);
    onFailed(failure);
    if (this.#admissions.isOutage(entry, arrival, failure)) {
      this.#putBack(entry);
      return;
    }
    if (this.#admissions.keeps(entry, failure)) {
      this.#end(entry);
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

  /** Its key alone is limited, and waiting in place would hold up others: to a tier. */
  #divert(entry: Entry, arrival: Arrival, limited: Failure): void {
    this.#busy += 1;
    const route = this.#options.routeFailure(entry, arrival, limited, null);
    if (route.kind === 'copy') this.#endings.copy(entry, arrival, route, { failure: limited, eventId: null });
    else this.#putBack(entry);
  }

  #isCurrent(entry: Entry): boolean {
    return entry.partition.epoch === this.#options.epoch();
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
    if (this.#busy === 0) this.#idle.made();
  }
}
