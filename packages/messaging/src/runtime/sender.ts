import type { DeliveryReport, OutboundRecord, Producer } from '../broker.ts';
import type { Clock } from '../clock.ts';
import { isCodedError } from '../disposition.ts';

const firstWaitMs = 100;
const longestWaitMs = 5_000;

export interface SenderOptions {
  readonly producer: Producer;
  readonly clock: Clock;
  readonly random: () => number;
  /** False: what is being sent belongs to an assignment that is over; give up, another will send it. */
  readonly isWanted: (epoch: number) => boolean;
  /** True while a send might come from a process that its group has given up. */
  readonly isFenced: () => boolean;
  /** The assignment's: what still waits in the producer when it ends does not leave the process. */
  readonly signal: () => AbortSignal;
  readonly onFailure: (error: unknown, topic: string) => void;
}

/** Exactly one of them is called. */
export interface SendOutcome {
  onAcknowledged(): void;
  /** Kafka refused a record for good; others of the batch may stand. */
  onRefused(error: unknown): void;
  onAbandoned(): void;
}

/**
 * Sends the records of one input until all are acknowledged. Kafka being away is nobody's failed attempt: it waits
 * and sends again from the first that failed, so that records of one key never stand in another order than they were
 * made; what stands twice then has the same id.
 */
export interface Sender {
  send(records: readonly OutboundRecord[], epoch: number, outcome: SendOutcome): void;
  /** Inputs whose records Kafka does not take at the moment: nothing new should start. */
  blocked(): number;
}

export function createSender(options: SenderOptions): Sender {
  const { producer, clock, random } = options;
  let blocked = 0;

  function sendFrom(
    records: readonly OutboundRecord[],
    from: number,
    tries: number,
    epoch: number,
    outcome: SendOutcome,
  ): void {
    if (!options.isWanted(epoch)) {
      outcome.onAbandoned();
      return;
    }
    if (options.isFenced()) {
      later(records, from, tries, epoch, outcome);
      return;
    }
    const round = new Round(from, records.length, ({ firstFailed, failure, refusal }) => {
      if (firstFailed < 0) outcome.onAcknowledged();
      else if (refusal !== undefined) outcome.onRefused(refusal);
      else if (!options.isWanted(epoch)) outcome.onAbandoned();
      else {
        options.onFailure(failure, (records[firstFailed] as OutboundRecord).topic);
        later(records, firstFailed, tries + 1, epoch, outcome);
      }
    });
    const signal = options.signal();
    for (let index = from; index < records.length; index += 1)
      producer.deliver(records[index] as OutboundRecord, round.reportOf(index), signal);
  }

  function later(
    records: readonly OutboundRecord[],
    from: number,
    tries: number,
    epoch: number,
    outcome: SendOutcome,
  ): void {
    blocked += 1;
    const ceiling = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries, 10));
    clock.after(ceiling / 2 + (random() * ceiling) / 2, () => {
      blocked -= 1;
      sendFrom(records, from, tries, epoch, outcome);
    });
  }

  return {
    send: (records, epoch, outcome) => sendFrom(records, 0, 0, epoch, outcome),
    blocked: () => blocked,
  };
}

/**
 * One try to send what is left of an input's records. It is the report of its first record itself: most inputs cause one
 * record, and thousands are on their way at once.
 */
class Round implements DeliveryReport {
  readonly #from: number;
  readonly #onSettled: (round: Round) => void;
  #open: number;
  /** -1 for none. */
  firstFailed = -1;
  failure: unknown;
  /** What no further try would mend. */
  refusal: unknown;

  constructor(from: number, end: number, onSettled: (round: Round) => void) {
    this.#from = from;
    this.#open = end - from;
    this.#onSettled = onSettled;
  }

  reportOf(index: number): DeliveryReport {
    if (index === this.#from) return this;
    return { onAcknowledged: () => this.#settled(), onFailed: (error) => this.#failed(index, error) };
  }

  onAcknowledged(): void {
    this.#settled();
  }

  onFailed(error: unknown): void {
    this.#failed(this.#from, error);
  }

  #failed(index: number, error: unknown): void {
    if (this.firstFailed < 0 || index < this.firstFailed) {
      this.firstFailed = index;
      this.failure = error;
    }
    if (isCodedError(error) && error.disposition.kind !== 'retry') this.refusal ??= error;
    this.#settled();
  }

  #settled(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#onSettled(this);
  }
}
