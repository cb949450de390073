import type { OutboundRecord, Producer } from '../broker.ts';
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
    let open = records.length - from;
    let firstFailed = -1;
    let failure: unknown;
    let refusal: unknown;
    const settle = (): void => {
      open -= 1;
      if (open > 0) return;
      if (firstFailed < 0) outcome.onAcknowledged();
      else if (refusal !== undefined) outcome.onRefused(refusal);
      else if (!options.isWanted(epoch)) outcome.onAbandoned();
      else {
        options.onFailure(failure, (records[firstFailed] as OutboundRecord).topic);
        later(records, firstFailed, tries + 1, epoch, outcome);
      }
    };
    const signal = options.signal();
    for (let index = from; index < records.length; index += 1) {
      producer.send(records[index] as OutboundRecord, signal).then(settle, (error: unknown) => {
        if (firstFailed < 0 || index < firstFailed) {
          firstFailed = index;
          failure = error;
        }
        if (isCodedError(error) && error.disposition.kind !== 'retry') refusal ??= error;
        settle();
      });
    }
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
