export interface SpacingOptions {
  /** Least time between two requests to one leader while callers overlap; 0 for none. */
  readonly spacingMs: number;
  /** So many waiting records go at once, however short ago the last request left. */
  readonly enoughRecords: number;
}

/** A turn's part of what is remembered of the turns before it. */
const weight = 1 / 8;
/** Callers overlap when one in four turns finds another's record unfinished. */
const overlapping = 1 / 4;

/**
 * Spaces requests out while callers come independently of each other, so that several share one request: each costs the
 * broker and the client as much as dozens of records. A caller that sends the next record only when it has the last one's
 * answer never waits, because nobody could share its request; nor does anything after a quiet while, nor a crowd.
 */
export class Spacing {
  readonly #options: SpacingOptions;
  readonly #sentAt = new Map<number, number>();
  #overlap = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: SpacingOptions) {
    this.#options = options;
  }

  /** A turn of the event loop begins to bring records. */
  turn(): void {
    const findsUnfinished = this.#inFlight > 0 || this.#timer !== null;
    this.#overlap += ((findsUnfinished ? 1 : 0) - this.#overlap) * weight;
  }

  sent(node: number, now: number, records: number): void {
    this.#sentAt.set(node, now);
    this.#inFlight += records;
  }

  answered(records: number): void {
    this.#inFlight -= records;
  }

  /** True when the next request to this leader should wait; `then` is called when the time is over. */
  holds(node: number, now: number, unfinished: number, then: () => void): boolean {
    const { spacingMs, enoughRecords } = this.#options;
    const left = (this.#sentAt.get(node) ?? Number.NEGATIVE_INFINITY) + spacingMs - now;
    if (left <= 0 || this.#overlap < overlapping || unfinished - this.#inFlight >= enoughRecords) return false;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      then();
    }, left);
    return true;
  }
}
