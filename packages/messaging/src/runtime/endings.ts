import { type Logger, names } from '@millrace/service';
import type { OutboundRecord } from '../broker.ts';
import type { Clock } from '../clock.ts';
import { heldHeaders } from '../headers/dead-letter.ts';
import { readIdentity } from '../headers/identity.ts';
import type { Serde } from '../serde.ts';
import { type Failure, failureOf, keyHeld } from './failure.ts';
import type { FailureCopy, RouteFailure } from './failure-route.ts';
import type { Arrival } from './inbound.ts';
import type { KeyHolds } from './key-holds.ts';
import { replayAck } from './outputs.ts';
import type { Entry } from './partition-state.ts';
import type { Finished, PipelineMetrics } from './pipeline-metrics.ts';
import type { Sender, SendOutcome } from './sender.ts';

export interface EndingsOptions {
  readonly pipeline: { readonly group: string };
  readonly serde: Serde;
  readonly sender: Sender;
  readonly routeFailure: RouteFailure;
  readonly holds: KeyHolds | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: PipelineMetrics;
  readonly onHalt: (failure: Failure) => void;
}

/** Exactly one is called per record. */
export interface RecordEnd {
  finish(entry: Entry, outcome: Finished): void;
  putBack(entry: Entry): void;
  discard(entry: Entry): void;
}

export interface CopyFacts {
  readonly failure: Failure;
  readonly eventId: string | null;
}

/** The last steps of a record: what goes out, in which order, before it counts as finished. */
export class Endings {
  readonly #options: EndingsOptions;
  readonly #end: RecordEnd;

  constructor(options: EndingsOptions, end: RecordEnd) {
    this.#options = options;
    this.#end = end;
  }

  ackOf({ replay }: Arrival, eventId: string | null, outcome: string): OutboundRecord | null {
    if (replay === null) return null;
    const { clock, pipeline, serde } = this.#options;
    return replayAck(serde, replay, { group: pipeline.group, outcome, code: null, eventId, at: clock.now() });
  }

  /** The acknowledgement of a redrive goes out last: sent together, it could stand although an output was refused. */
  send(records: readonly OutboundRecord[], ack: OutboundRecord | null, entry: Entry, outcome: SendOutcome): void {
    const { sender } = this.#options;
    const { epoch } = entry.partition;
    if (ack === null) {
      if (records.length === 0) outcome.onAcknowledged();
      else sender.send(records, epoch, outcome);
      return;
    }
    const sendAck = (): void => sender.send([ack], epoch, outcome);
    if (records.length === 0) sendAck();
    else sender.send(records, epoch, { ...outcome, onAcknowledged: sendAck });
  }

  /** Everything that it caused is acknowledged; where it was the first of its key's line, the line has to know too. */
  close(entry: Entry, arrival: Arrival, outcome: Finished): void {
    const { holds } = this.#options;
    if (holds === null || (outcome !== 'discarded' && !holds.isFirst(entry, arrival))) {
      this.#end.finish(entry, outcome);
      return;
    }
    holds.settle(entry, arrival, (answer) => {
      if (answer === null) this.#end.discard(entry);
      else if (answer === 'refused') this.#end.putBack(entry);
      else this.#end.finish(entry, outcome);
    });
  }

  /** To a tier or the dead letters. */
  copy(entry: Entry, arrival: Arrival, route: FailureCopy, facts: CopyFacts): void {
    const { holds } = this.#options;
    if (holds === null || route.tier !== null || entry.lane?.key == null) {
      this.#sendCopy(entry, route, facts);
      return;
    }
    // Its place in its key's line comes first: a crash in between repeats the dead letter, in its place.
    holds.hold(entry, arrival, facts.failure !== keyHeld, (place) => {
      if (place === null) this.#end.discard(entry);
      else if (place === 'refused' || place === 'first') this.#end.putBack(entry);
      else if (place === 'settled') this.#acknowledge(entry, arrival, facts.eventId, 'superseded');
      else {
        const copy = { ...route.copy, headers: [...route.copy.headers, ...heldHeaders(place)] };
        this.#sendCopy(entry, { ...route, copy }, facts);
      }
    });
  }

  /** To the dead letters untried, because its key is held. */
  hold(entry: Entry, arrival: Arrival): void {
    const eventId = readIdentity(entry.record.headers).id;
    const route = this.#options.routeFailure(entry, arrival, keyHeld, eventId);
    this.#options.metrics.failed(keyHeld);
    if (route.kind === 'copy') this.copy(entry, arrival, route, { failure: keyHeld, eventId });
  }

  /** An operator gave it up: it is not handled, and the next of its key may come. */
  giveUp(entry: Entry, arrival: Arrival): void {
    this.#acknowledge(entry, arrival, readIdentity(entry.record.headers).id, 'discarded');
  }

  #acknowledge(entry: Entry, arrival: Arrival, eventId: string | null, outcome: 'superseded' | 'discarded'): void {
    this.send([], this.ackOf(arrival, eventId, outcome), entry, {
      onAcknowledged: () => this.close(entry, arrival, outcome),
      onRefused: (error) => this.#stop(entry, error),
      onAbandoned: () => this.#end.discard(entry),
    });
  }

  #sendCopy(entry: Entry, route: FailureCopy, facts: CopyFacts): void {
    this.send([route.copy], route.ack, entry, {
      onAcknowledged: () => {
        this.#log(entry, route, facts);
        this.#end.finish(entry, route.outcome);
      },
      onRefused: (error) => this.#stop(entry, error),
      onAbandoned: () => this.#end.discard(entry),
    });
  }

  /** There is no other place for it: stop, rather than lose it. */
  #stop(entry: Entry, error: unknown): void {
    this.#options.onHalt(failureOf(error, 'produce'));
    this.#end.putBack(entry);
  }

  #log({ record }: Entry, { tier }: FailureCopy, { failure, eventId }: CopyFacts): void {
    const { logger, pipeline } = this.#options;
    const { topic, partition, offset } = record;
    const { code, step, message } = failure;
    const fields = { group: pipeline.group, code, step, eventId, topic, partition, offset };
    if (tier !== null) logger.warn({ ...fields, tier }, names.logs.pipeline.retried);
    else if (failure === keyHeld) logger.warn(fields, names.logs.pipeline.keyHeld);
    else logger.error({ ...fields, error: message }, names.logs.pipeline.deadLettered);
  }
}
