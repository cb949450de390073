import { randomUUID } from 'node:crypto';
import { type Logger, names } from '@millrace/service';
import type { RecordPosition, TopicPartition } from '../broker.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import { CodedError, halt, isCodedError } from '../disposition.ts';
import { deadLetterId } from '../ids.ts';
import type { Pipeline } from '../pipeline.ts';
import type { HeldKey, HeldKeys, HeldPlace, LineHead, LineOwner } from '../stores.ts';
import { type Failure, failureOf } from './failure.ts';
import type { Arrival } from './inbound.ts';
import type { Entry } from './partition-state.ts';
import type { PipelineSettings } from './settings.ts';

/**
 * What may become of a record when its turn comes.
 * - `run`: its key is free, or it is the first of its key's line;
 * - `wait`: behind a line that is being released, it steps aside until that is over;
 * - `after`: others of its key stepped aside before it, and go first;
 * - `hold`: to the dead letters, in its key's line.
 */
export type Way = 'run' | 'wait' | 'after' | 'hold';

export interface KeyHoldsOptions {
  readonly group: string;
  readonly store: HeldKeys;
  readonly settings: Pick<PipelineSettings, 'blockMs' | 'maxHeldKeys' | 'highWaterRecords'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  /** The assignment that counts now. */
  readonly epoch: () => number;
  /** True while a write might come from a process that its group has given up. */
  readonly isFenced: () => boolean;
  /** Back to the head of their lane, in this order. */
  readonly readmit: (entries: readonly Entry[]) => void;
  /** Something may start again. */
  readonly onReady: () => void;
  /** The store cannot work as it is configured, or too many keys are held. */
  readonly onHalt: (failure: Failure) => void;
  readonly logger: Logger;
}

interface Line {
  first: LineHead;
  readonly since: RecordPosition;
  /** Another member moves it too: nobody here waits for what is not heard of. */
  isShared: boolean;
  /** Newer records wait for its end, rather than join it: it moves, and there is room and time. */
  mayWait: boolean;
  /** They stepped aside, oldest first. Whatever else of the key waits is newer. */
  aside: Entry[];
  cancel: CancelTimer;
}

const firstWaitMs = 100;
const longestWaitMs = 5_000;

/**
 * The keys that a pipeline holds back, for the partitions it has. *Unread*: after an assignment, until the store has said
 * which keys are held; nothing starts. *Ready*. *Waiting*: the store is away while something has to be written; what waits
 * for it keeps its key, and nothing else starts, so that an outage is lag and not a pile of half-kept promises.
 *
 * Of a held key only the first of its line is tried. It fails again: the line stands. It is done: the next is first, and
 * comes through the lane; meanwhile newer records from the source step aside in memory (`blockMs` and a quarter of the
 * high-water mark at most, else they join the line), or a busy key would never be free again.
 *
 * A line may stand where its key came before partitions were added. Then two members move it, and neither hears of the
 * other: what is known here of the first may be old, but nothing is held without asking the store, which says who is first.
 */
export class KeyHolds {
  readonly #options: KeyHoldsOptions;
  readonly #lines = new Map<string, Line>();
  /** Lines that stand in partitions of others. Of their keys nothing comes here, unless partitions were added. */
  readonly #elsewhere = new Map<string, HeldKey>();
  #partitions: readonly number[] = [];
  #token = '';
  #state: 'unread' | 'reading' | 'ready' = 'unread';
  #waiting = 0;
  #aside = 0;

  constructor(options: KeyHoldsOptions) {
    this.#options = options;
  }

  /** Keys held. */
  get size(): number {
    return this.#lines.size;
  }

  /** Records that stepped aside. */
  get aside(): number {
    return this.#aside;
  }

  isReady(): boolean {
    return this.#state === 'ready' && this.#waiting === 0;
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.#partitions = [...new Set(partitions.map(({ partition }) => partition))];
    this.#token = this.#options.newId();
    this.#state = 'unread';
    this.read();
  }

  /** Asks the store, unless it has answered. */
  read(): void {
    if (this.#state !== 'unread' || this.#partitions.length === 0) return;
    this.#state = 'reading';
    const { group, store, settings, onReady, onHalt } = this.#options;
    const owner = { group, partitions: this.#partitions, token: this.#token };
    const token = this.#token;
    this.#insist(
      this.#options.epoch(),
      () => store.take(owner, settings.maxHeldKeys + 1),
      (answer) => {
        if (token !== this.#token) return;
        this.#state = 'unread';
        if (answer === null || answer === 'refused') return;
        if (answer.own.length > settings.maxHeldKeys) {
          onHalt(this.#tooMany());
          return;
        }
        for (const { key, first, since } of answer.own) this.#put(key.toString('latin1'), first, since);
        for (const held of answer.elsewhere) this.#elsewhere.set(held.key.toString('latin1'), held);
        this.#state = 'ready';
        onReady();
      },
    );
  }

  /** The assignment is over: what stepped aside comes again to whoever is next. */
  clear(): void {
    for (const line of this.#lines.values()) line.cancel();
    this.#lines.clear();
    this.#elsewhere.clear();
    this.#aside = 0;
    this.#partitions = [];
    this.#state = 'unread';
  }

  wayOf(entry: Entry, arrival: Arrival): Way {
    const line = this.#lineOf(entry);
    if (line === undefined || line.first.member === this.#memberOf(arrival)) return 'run';
    const { partition } = entry;
    // It was done before the line began, and comes again after a crash.
    if (isBefore(arrival.origin, line.since)) return 'run';
    if (partition.through === 'lane') return 'hold';
    const room = Math.max(1, this.#options.settings.highWaterRecords / 4);
    if (line.mayWait && line.aside.length < room && !partition.isWindowFull) return 'wait';
    if (line.aside.length === 0) return 'hold';
    line.mayWait = false;
    return 'after';
  }

  stepAside(entry: Entry): void {
    const line = this.#lineOf(entry);
    if (line === undefined) return;
    this.#aside += 1;
    if (line.aside.push(entry) > 1) return;
    line.cancel = this.#options.clock.after(this.#options.settings.blockMs, () => {
      line.mayWait = false;
      this.#options.readmit(this.#takeAside(line));
    });
  }

  /** Those of its key that stepped aside before it. */
  older(entry: Entry): readonly Entry[] {
    const line = this.#lineOf(entry);
    return line === undefined ? [] : this.#takeAside(line);
  }

  /** Whether its end moves its key's line on. */
  isFirst(entry: Entry, arrival: Arrival): boolean {
    const line = this.#lineOf(entry);
    return line !== undefined && line.first.member === this.#memberOf(arrival);
  }

  /**
   * Durably, before the dead letter stands anywhere. Null: this is another's to do now; `refused`: it halted; `first`: it
   * has not failed, and nobody is before it any more.
   */
  hold(
    entry: Entry,
    arrival: Arrival,
    failed: boolean,
    then: (place: HeldPlace | 'first' | 'settled' | 'refused' | null) => void,
  ): void {
    const { store, settings, onHalt } = this.#options;
    const key = entry.lane?.key ?? '';
    const line = this.#lineOf(entry);
    if (line === undefined && this.#lines.size >= settings.maxHeldKeys) {
      onHalt(this.#tooMany());
      then('refused');
      return;
    }
    const member = this.#memberOf(arrival);
    const letter = {
      ...this.#ownerOf(entry),
      key: entry.record.key as Buffer,
      member,
      failed,
      origin: positionOf(arrival),
    };
    this.#insist(
      entry.partition.epoch,
      () => store.hold(letter),
      (place) => {
        if (place === null || place === 'settled' || place === 'refused') {
          then(place);
          return;
        }
        const known = this.#lines.get(key);
        if (known === undefined) this.#put(key, place.first, letter.origin);
        else if (known.first.member !== place.first.member || place.first.failed) {
          known.first = place.first;
          known.mayWait = !known.isShared && !place.first.failed;
        }
        then(place.first.member === member && !place.first.failed ? 'first' : place);
      },
    );
  }

  /** It is done, or given up: the next of its key is first, or the key is free. */
  settle(entry: Entry, arrival: Arrival, then: (answer: 'settled' | 'refused' | null) => void): void {
    const { store, readmit } = this.#options;
    this.#insist(
      entry.partition.epoch,
      () => store.settle(this.#ownerOf(entry), this.#memberOf(arrival)),
      (settled) => {
        if (settled === null || settled === 'refused') {
          then(settled);
          return;
        }
        const name = settled.key?.toString('latin1') ?? entry.lane?.key ?? '';
        const line = this.#lines.get(name);
        if (line !== undefined && settled.first !== null) {
          // A member given up in the middle of the line moves nothing.
          if (line.first.member !== settled.first.member) line.mayWait = !line.isShared && !settled.first.failed;
          line.first = settled.first;
        } else if (line !== undefined) {
          this.#lines.delete(name);
          readmit(this.#takeAside(line));
        }
        then('settled');
      },
    );
  }

  #put(key: string, first: LineHead, since: RecordPosition): Line {
    const line: Line = {
      ...{ first, since, isShared: false, mayWait: !first.failed },
      ...{ aside: [], cancel: () => undefined },
    };
    this.#lines.set(key, line);
    return line;
  }

  #lineOf({ lane }: Entry): Line | undefined {
    if (lane === null || lane.key === null || this.#lines.size + this.#elsewhere.size === 0) return undefined;
    const line = this.#lines.get(lane.key);
    if (line !== undefined || !this.#elsewhere.has(lane.key)) return line;
    return this.#meet(lane.key);
  }

  /** Its key comes here now. */
  #meet(key: string): Line | undefined {
    const held = this.#elsewhere.get(key);
    if (held === undefined) return undefined;
    this.#elsewhere.delete(key);
    const line = this.#put(key, held.first, held.since);
    line.isShared = true;
    line.mayWait = false;
    return line;
  }

  #memberOf({ origin }: Arrival): string {
    return deadLetterId(this.#options.group, origin, 0);
  }

  #ownerOf({ partition }: Entry): LineOwner {
    return { group: this.#options.group, partition: partition.partition, token: this.#token };
  }

  #takeAside(line: Line): readonly Entry[] {
    line.cancel();
    const entries = line.aside;
    line.aside = [];
    this.#aside -= entries.length;
    return entries;
  }

  /** Until the store answers or the assignment is over; what it refuses for good halts the pipeline. */
  #insist<T>(epoch: number, ask: () => Promise<T>, then: (answer: T | 'refused' | null) => void, tries = 0): void {
    const { clock, random, group, logger, onHalt, onReady } = this.#options;
    if (epoch !== this.#options.epoch()) {
      then(null);
      return;
    }
    const later = (): void => {
      this.#waiting += 1;
      const ceiling = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries, 10));
      clock.after(ceiling / 2 + (random() * ceiling) / 2, () => {
        this.#waiting -= 1;
        this.#insist(epoch, ask, then, tries + 1);
      });
    };
    if (this.#options.isFenced()) {
      later();
      return;
    }
    ask().then(
      (answer) => {
        then(epoch === this.#options.epoch() ? answer : null);
        if (tries > 0) onReady();
      },
      (error: unknown) => {
        if (isCodedError(error) && error.disposition.kind === 'retry') {
          logger.warn({ group, err: error }, names.logs.pipeline.holdsUnavailable);
          later();
          return;
        }
        onHalt(failureOf(error, 'effect'));
        then('refused');
      },
    );
  }

  #tooMany(): Failure {
    const most = this.#options.settings.maxHeldKeys;
    const message = `more than ${most} keys are held; mend what fails, then redrive or discard (maxHeldKeys)`;
    return failureOf(new CodedError('X_KEYS_HELD_TOO_MANY', message, { disposition: halt }), 'handle');
  }
}

const positionOf = ({ origin: { topic, partition, offset } }: Arrival): RecordPosition => ({
  topic,
  partition,
  offset,
});

const isBefore = (one: RecordPosition, other: RecordPosition): boolean =>
  one.topic === other.topic && one.partition === other.partition && one.offset < other.offset;

export type OpenKeyHoldsOptions = Omit<KeyHoldsOptions, 'group' | 'store' | 'newId'> & {
  readonly heldKeys?: HeldKeys | undefined;
  readonly newId?: (() => string) | undefined;
};

/** Null for a pipeline that holds no keys. */
export function openKeyHolds<T>(pipeline: Pipeline<T>, options: OpenKeyHoldsOptions): KeyHolds | null {
  const { group, onFailure, order } = pipeline;
  if (onFailure !== 'hold-key') return null;
  const { heldKeys: store, newId = randomUUID } = options;
  if (order !== 'key') throw new TypeError(`${group} holds keys, so its order must be key, not ${order}`);
  if (store === undefined) throw new TypeError(`${group} holds keys, so it needs a store for them (heldKeys)`);
  return new KeyHolds({ ...options, group, store, newId });
}
