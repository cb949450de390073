import type { CancelTimer, Clock } from '../clock.ts';
import { retry } from '../disposition.ts';
import type { OnFailure } from '../pipeline.ts';
import type { Failure } from './failure.ts';
import type { Entry, PartitionState } from './partition-state.ts';
import type { PipelineSettings } from './settings.ts';

export interface RefusalsOptions {
  readonly settings: Pick<
    PipelineSettings,
    'refusalHoldMs' | 'keyDelayMs' | 'inProcessCapMs' | 'highWaterRecords' | 'highWaterBytes'
  >;
  readonly onFailure: OnFailure;
  readonly clock: Clock;
  /** Keeps a record that is busy where it is, and its lane with it. */
  readonly park: (entry: Entry) => void;
  /** Back to the head of its lane, to be started again. */
  readonly unpark: (entry: Entry) => void;
}

interface Kept {
  /** Code and answer: what makes two refusals equal. */
  readonly refusal: string;
  readonly key: string;
  readonly isDelayed: boolean;
  /** False for one that waits unasked, and once a record that began later has succeeded. */
  counts: boolean;
  readonly cancel: CancelTimer;
}

interface Doubt {
  readonly since: number;
  /** Of its last refusal. */
  at: number;
  /** Refused once more, it is a dead letter. */
  isLastTry: boolean;
  /** How often the breaker was open over it and a success closed that. */
  pauses: number;
}

interface Limit {
  readonly until: number;
  readonly failure: Failure;
}

/** How long a key is left alone where nobody says it. */
const unstatedDelayMs = 60_000;
/** What delayed keys may have of the room of their partition. */
const delayedShare = 1 / 4;
/** One record is held so many times `refusalHoldMs` at most, however many others are refused meanwhile. */
const mostHolds = 10;
/** It is taken for an outage's so many times: a destination may heal for a moment, and poison must not pause others for ever. */
const mostPauses = 3;

/**
 * What was refused and is not finished, because one answer does not tell whom it concerns. In memory and in place: a killed
 * process's successor finds the records where they were.
 * - *held*: refused for good, and nothing has succeeded since. A record that began later succeeds, or nobody else is refused
 *   for `refusalHoldMs`: it is tried a last time, and then believed. Enough keys refused equally: the breaker opens, and all
 *   of them are back at the head of their lanes; after `mostPauses` of that they pause nobody any more.
 * - *delayed*: its key alone is limited. It waits as long as the destination says and its key behind it, while that leaves
 *   the others of its partition room; then, and after `keyDelayMs`, it is an ordinary failure that goes to a tier.
 */
export class Refusals {
  readonly #options: RefusalsOptions;
  readonly #kept = new Map<Entry, Kept>();
  readonly #limits = new Map<string, Limit>();
  readonly #doubts = new Map<Entry, Doubt>();
  #cancelHold: CancelTimer = () => undefined;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** Keys that are limited. */
  get delayedKeys(): number {
    return this.#limits.size;
  }

  /** How many keys are refused equally, this one included, with no success between. */
  equalKeys(entry: Entry, failure: Failure): number {
    const refusal = refusalOf(failure);
    const keys = new Set(this.#isDoubted(entry) ? [keyOf(entry)] : []);
    for (const kept of this.#kept.values()) if (kept.counts && kept.refusal === refusal) keys.add(kept.key);
    return keys.size;
  }

  /** True when it keeps the record; otherwise the failure counts. */
  keeps(entry: Entry, failure: Failure): boolean {
    const isKept = isKeyLimit(failure)
      ? this.#delay(entry, failure)
      : isDoubtful(failure) && this.#hold(entry, failure);
    if (!isKept) this.#doubts.delete(entry);
    return isKept;
  }

  /** What may become of a record whose turn has come: its key is limited and it waits too, or there is no room to. */
  wayOf(entry: Entry): 'run' | 'wait' | Failure {
    if (this.#limits.size === 0) return 'run';
    const key = keyOf(entry);
    const limit = this.#limits.get(key);
    if (limit === undefined) return 'run';
    const leftMs = limit.until - this.#options.clock.monotonic();
    if (leftMs <= 0) {
      this.#limits.delete(key);
      return 'run';
    }
    return this.#mustLeave(entry, leftMs) ? { ...limit.failure, disposition: retry(leftMs) } : 'wait';
  }

  /** Its key is limited: it waits as long as the one that was refused. */
  wait(entry: Entry): void {
    const now = this.#options.clock.monotonic();
    const limit = this.#limits.get(keyOf(entry));
    this.#keep(entry, {
      refusal: '',
      key: keyOf(entry),
      isDelayed: true,
      counts: false,
      cancel: this.#wakeIn(entry, (limit?.until ?? now) - now),
    });
  }

  /** This one, that began then, succeeded: what was refused before is its own fault, or not any more. */
  succeeded(entry: Entry, beganAt: number): void {
    if (this.#doubts.size === 0) return;
    this.#doubts.delete(entry);
    for (const [other, doubt] of this.#doubts) {
      if (doubt.at > beganAt) continue;
      const kept = this.#kept.get(other);
      if (kept === undefined) doubt.pauses += 1;
      else if (kept.isDelayed) kept.counts = false;
      else this.#tryLast(other);
    }
  }

  /**
   * The breaker is open: what is held goes back, and has had no last try. So does the one that was refused just now, which is
   * remembered too, because a success may show that it was no outage.
   */
  forgive(refused: Entry | null): void {
    if (refused !== null) this.#doubt(refused);
    for (const [entry, { isDelayed }] of this.#kept) if (!isDelayed) this.#release(entry);
  }

  /** Nothing more of that partition is fetched: what is kept must not be why. */
  pressed(partition: PartitionState): void {
    for (const [entry, { isDelayed }] of this.#kept) {
      if (entry.partition !== partition) continue;
      if (!isDelayed && partition.isWindowFull) this.#tryLast(entry);
      if (isDelayed && this.#crowds(entry)) this.#release(entry);
    }
  }

  /** The assignment is over. */
  clear(): void {
    this.#cancelHold();
    for (const { cancel } of this.#kept.values()) cancel();
    this.#kept.clear();
    this.#limits.clear();
    this.#doubts.clear();
  }

  #hold(entry: Entry, failure: Failure): boolean {
    const doubt = this.#doubt(entry);
    if (doubt.isLastTry || entry.partition.through === 'lane') return false;
    const counts = this.#isDoubted(entry);
    this.#keep(entry, { ...keptOf(entry, failure), counts, isDelayed: false, cancel: () => undefined });
    this.#armHold(doubt.at);
    return true;
  }

  #delay(entry: Entry, failure: Failure): boolean {
    const { at: now, since } = this.#doubt(entry);
    const { disposition } = failure;
    const askedMs = (disposition.kind === 'retry' ? disposition.afterMs : undefined) ?? unstatedDelayMs;
    const key = keyOf(entry);
    if (now - since + askedMs > this.#options.settings.keyDelayMs) {
      this.#limits.delete(key);
      return false;
    }
    this.#limits.set(key, { until: now + askedMs, failure });
    if (this.#mustLeave(entry, askedMs)) return false;
    const cancel = this.#wakeIn(entry, askedMs);
    this.#keep(entry, { ...keptOf(entry, failure), counts: true, isDelayed: true, cancel });
    return true;
  }

  #doubt(entry: Entry): Doubt {
    const now = this.#options.clock.monotonic();
    const known = this.#doubts.get(entry) ?? { since: now, at: now, isLastTry: false, pauses: 0 };
    known.at = now;
    this.#doubts.set(entry, known);
    return known;
  }

  #isDoubted(entry: Entry): boolean {
    return (this.#doubts.get(entry)?.pauses ?? 0) < mostPauses;
  }

  #mustLeave(entry: Entry, leftMs: number): boolean {
    const { onFailure, settings } = this.#options;
    if (onFailure !== 'tiers' || entry.partition.through === 'lane' || leftMs <= settings.inProcessCapMs) return false;
    return this.#crowds(entry);
  }

  /** The delayed keys of its partition have so much of the room that the others would wait for them. */
  #crowds(entry: Entry): boolean {
    const { partition } = entry;
    if (partition.isWindowFull || !partition.marks.full) return partition.isWindowFull;
    const { highWaterRecords, highWaterBytes } = this.#options.settings;
    const delayed = new Set([entry]);
    for (const [other, { isDelayed }] of this.#kept) if (isDelayed && other.partition === partition) delayed.add(other);
    let records = 0;
    let bytes = 0;
    for (const first of delayed) {
      for (
        let one: Entry | null = first;
        one !== null;
        one = one === first ? (first.lane?.head ?? null) : one.nextInLane
      ) {
        records += 1;
        bytes += one.bytes;
        if (records > highWaterRecords * delayedShare || bytes > highWaterBytes * delayedShare) return true;
      }
    }
    return false;
  }

  #keep(entry: Entry, kept: Kept): void {
    this.#kept.set(entry, kept);
    this.#options.park(entry);
  }

  #wakeIn(entry: Entry, ms: number): CancelTimer {
    return this.#options.clock.after(ms, () => this.#release(entry));
  }

  #tryLast(entry: Entry): void {
    const doubt = this.#doubts.get(entry);
    if (doubt !== undefined) doubt.isLastTry = true;
    this.#release(entry);
  }

  #release(entry: Entry): void {
    const kept = this.#kept.get(entry);
    if (kept === undefined) return;
    kept.cancel();
    this.#kept.delete(entry);
    this.#options.unpark(entry);
  }

  /** One timer for all that are held: they stand or fall together, and each new one gives all of them more time. */
  #armHold(now: number): void {
    const { clock, settings } = this.#options;
    let oldest = now;
    for (const [entry, { isDelayed }] of this.#kept)
      if (!isDelayed) oldest = Math.min(oldest, this.#doubts.get(entry)?.since ?? now);
    this.#cancelHold();
    const until = Math.min(now + settings.refusalHoldMs, oldest + mostHolds * settings.refusalHoldMs);
    this.#cancelHold = clock.after(until - now, () => {
      for (const [entry, { isDelayed }] of this.#kept) if (!isDelayed) this.#tryLast(entry);
    });
  }
}

/** Refused for good by the destination: this record's fault, unless it is everybody's. */
export function isDoubtful({ disposition, refusal }: Failure): boolean {
  return disposition.kind === 'dead-letter' && refusal?.scope === 'record';
}

export function isKeyLimit({ disposition, refusal }: Failure): boolean {
  return disposition.kind === 'retry' && refusal?.scope === 'key';
}

const refusalOf = ({ code, refusal }: Failure): string => `${code} ${refusal?.answer ?? ''}`;

const keptOf = (entry: Entry, failure: Failure): Pick<Kept, 'refusal' | 'key'> => ({
  refusal: refusalOf(failure),
  key: keyOf(entry),
});

/** A record without a key is a key of its own. */
function keyOf({ record: { key, topic, partition, offset } }: Entry): string {
  return key === null || key.length === 0 ? `${topic}/${partition}/${offset}` : key.toString('latin1');
}
