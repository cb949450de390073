/** A partition: two objects are never the same one. */
type Source = object;

/** The part of all slots that is divided among the source partitions and kept for each: at least one, if that leaves half. */
const keptShare = 1 / 4;

/**
 * How many handlers may run at once, and for whom. Slots are common, but for a few that every source partition keeps to
 * itself: slow handlers of one partition, however many keys it has, leave its siblings room to go on.
 */
export class HandlerSlots {
  readonly #most: number;
  /** Handlers that run for each partition of the assignment; those of an older one only count as running. */
  #used: Map<Source, number> = new Map();
  #keptEach = 0;
  /** Kept slots that are free. */
  #keptFree = 0;
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Of the partitions that are read for the first time; tiers and lanes have the common slots. */
  assign(sources: readonly Source[]): void {
    this.#used = new Map(sources.map((source) => [source, 0]));
    const atLeast = sources.length * 2 <= this.#most ? 1 : 0;
    this.#keptEach = Math.max(atLeast, Math.floor((this.#most * keptShare) / Math.max(1, sources.length)));
    this.#keptFree = this.#keptEach * sources.length;
  }

  /** Whether anything may start at all. */
  isFull(): boolean {
    return this.#running >= this.#most;
  }

  isFree(source: Source): boolean {
    if (this.#running + this.#keptFree < this.#most) return true;
    return !this.isFull() && (this.#used.get(source) ?? this.#keptEach) < this.#keptEach;
  }

  take(source: Source): void {
    this.#running += 1;
    const used = this.#used.get(source);
    if (used === undefined) return;
    if (used < this.#keptEach) this.#keptFree -= 1;
    this.#used.set(source, used + 1);
  }

  give(source: Source): void {
    this.#running -= 1;
    const used = this.#used.get(source);
    if (used === undefined) return;
    if (used <= this.#keptEach) this.#keptFree += 1;
    this.#used.set(source, used - 1);
  }
}
