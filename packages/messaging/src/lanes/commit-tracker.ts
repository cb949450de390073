/**
 * What one partition has finished, in one generation.
 *
 * Slots are handed out in offset order; a slot is done or not. The head slot is the oldest that is not done, so the next
 * offset to commit is the head's offset, or one past the last accepted when nothing is open. Offsets that never arrive
 * (compacted away, control records, aborted transactions) have no slot and therefore count as finished.
 */
const firstCapacity = 256;

export class CommitTracker {
  #offsets = new Float64Array(firstCapacity);
  #timestamps = new Float64Array(firstCapacity);
  #done = new Uint8Array(firstCapacity);
  /** Number of the oldest slot that is not done; slots are numbered for ever, the arrays are rings. */
  #head = 0;
  #end = 0;
  #lastOffset = -1;
  #finished = 0;
  #timeBelow: number | null;

  /** @param timeBelow what `timeBelow` is before the first record. */
  constructor(timeBelow: number | null = null) {
    this.#timeBelow = timeBelow;
  }

  /** Offsets accepted and not finished, finished ones behind an open head included. */
  get window(): number {
    return this.#end - this.#head;
  }

  /** Slots finished so far: another number means that there is something to commit. */
  get finished(): number {
    return this.#finished;
  }

  /** The last offset accepted; -1 before the first. */
  get lastOffset(): number {
    return this.#lastOffset;
  }

  /** Returns the slot to finish. Offsets come in rising order; one that does not is a defect of the driver. */
  accept(offset: number, timestamp: number): number {
    if (offset <= this.#lastOffset) {
      throw new RangeError(`offset ${offset} came after ${this.#lastOffset}; offsets of a partition only rise`);
    }
    if (this.#end - this.#head === this.#offsets.length) this.#grow();
    const slot = this.#end;
    const at = slot & (this.#offsets.length - 1);
    this.#offsets[at] = offset;
    this.#timestamps[at] = timestamp;
    this.#done[at] = 0;
    this.#end += 1;
    this.#lastOffset = offset;
    return slot;
  }

  /** Once per slot, in any order. True when the next offset moved. */
  finish(slot: number): boolean {
    if (slot < this.#head || slot >= this.#end) return false;
    const mask = this.#offsets.length - 1;
    if (this.#done[slot & mask] === 1) return false;
    this.#done[slot & mask] = 1;
    this.#finished += 1;
    if (slot !== this.#head) return false;
    let head = slot + 1;
    while (head < this.#end && this.#done[head & mask] === 1) head += 1;
    this.#head = head;
    this.#timeBelow = this.#timestamps[(head - 1) & mask] as number;
    return true;
  }

  /** The time of the last record below `next()`; null for nothing known. */
  get timeBelow(): number | null {
    return this.#timeBelow;
  }

  /** Everything below that offset has come, or never will: what has no slot there is finished. */
  pass(next: number): void {
    if (next - 1 > this.#lastOffset) this.#lastOffset = next - 1;
  }

  /** Whether it is the oldest that is not finished. */
  isHead(slot: number): boolean {
    return slot === this.#head && slot < this.#end;
  }

  /** The next offset to commit: everything below is finished. Null before the first record. */
  next(): number | null {
    if (this.#lastOffset < 0) return null;
    return this.#head < this.#end
      ? (this.#offsets[this.#head & (this.#offsets.length - 1)] as number)
      : this.#lastOffset + 1;
  }

  /** When the oldest unfinished record was written; null when there is none. */
  oldestTimestamp(): number | null {
    return this.#head < this.#end ? (this.#timestamps[this.#head & (this.#offsets.length - 1)] as number) : null;
  }

  /** Finished offsets above `next()`, rising: what a commit's metadata may carry and a refetch may skip. */
  *finishedBeyond(): Generator<number> {
    const mask = this.#offsets.length - 1;
    for (let slot = this.#head; slot < this.#end; slot += 1) {
      if (this.#done[slot & mask] === 1) yield this.#offsets[slot & mask] as number;
    }
  }

  #grow(): void {
    const old = this.#offsets.length;
    const offsets = new Float64Array(old * 2);
    const timestamps = new Float64Array(old * 2);
    const done = new Uint8Array(old * 2);
    for (let slot = this.#head; slot < this.#end; slot += 1) {
      const from = slot & (old - 1);
      const to = slot & (old * 2 - 1);
      offsets[to] = this.#offsets[from] as number;
      timestamps[to] = this.#timestamps[from] as number;
      done[to] = this.#done[from] as number;
    }
    this.#offsets = offsets;
    this.#timestamps = timestamps;
    this.#done = done;
  }
}

/** What is known to be finished of a partition when its records come again. */
export interface KnownFinished {
  /** Everything below is finished. */
  readonly below: number;
  /** And these above it, rising. */
  readonly beyond: ReadonlySet<number>;
}

export const nothingFinished: KnownFinished = { below: 0, beyond: new Set() };

/** What this process knows of a partition that it keeps over a rebalance, whether or not the commit arrived. */
export function knownFinished(tracker: CommitTracker, before: KnownFinished): KnownFinished {
  const next = tracker.next();
  if (next === null) return before;
  const beyond = new Set(tracker.finishedBeyond());
  for (const offset of before.beyond) if (offset > tracker.lastOffset) beyond.add(offset);
  return { below: Math.max(next, tracker.lastOffset < before.below ? before.below : 0), beyond };
}

/** The next offset to commit, also past what was finished before and is not read again yet. Null before the first record. */
export function nextToCommit(tracker: CommitTracker, before: KnownFinished): number | null {
  let next = tracker.next();
  if (next === null || next <= tracker.lastOffset) return next;
  while (isKnownFinished(before, next)) next += 1;
  return next;
}

/** What is finished above it, rising: what the commit's metadata says. */
export function* finishedAbove(next: number, tracker: CommitTracker, before: KnownFinished): Generator<number> {
  yield* tracker.finishedBeyond();
  for (const offset of before.beyond) if (offset > tracker.lastOffset && offset > next) yield offset;
}

/** Both what one says and what the other says. */
export function mergeFinished(one: KnownFinished, other: KnownFinished): KnownFinished {
  const below = Math.max(one.below, other.below);
  if (one.beyond.size === 0 || other.beyond.size === 0)
    return { below, beyond: one.beyond.size === 0 ? other.beyond : one.beyond };
  return { below, beyond: new Set([...one.beyond, ...other.beyond].sort((a, b) => a - b)) };
}

export function isKnownFinished(known: KnownFinished, offset: number): boolean {
  return offset < known.below || known.beyond.has(offset);
}
