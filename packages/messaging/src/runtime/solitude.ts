interface Wish {
  readonly run: () => void;
}

/**
 * The handlers of one process run side by side, or one of them runs alone: when the event loop stands still, or the
 * process ends, then nothing else can have been the cause. Whoever wishes to be alone waits until what runs is over, and
 * nothing new starts meanwhile, in any pipeline of the process.
 */
export class Solitude {
  readonly #wishes: Wish[] = [];
  readonly #listeners = new Set<() => void>();
  #running = 0;
  #alone: Wish | null = null;
  #isClosed = false;
  #isGranting = false;
  /** Monotonic. A standstill before it has its culprit already. */
  explainedUntil = 0;

  /** Whether handlers may run side by side. */
  get isOpen(): boolean {
    return this.#alone === null && this.#wishes.length === 0;
  }

  started(): void {
    this.#running += 1;
  }

  ended(): void {
    this.#running -= 1;
    this.#next();
  }

  /** Calls when nothing else runs, maybe at once; `over` has to follow. Returns how to take the wish back before that. */
  wish(run: () => void): () => void {
    const wish = { run };
    this.#wishes.push(wish);
    this.#isClosed = true;
    this.#next();
    return () => {
      const at = this.#wishes.indexOf(wish);
      if (at >= 0) this.#wishes.splice(at, 1);
      this.#next();
    };
  }

  over(): void {
    this.#alone = null;
    this.#next();
  }

  /** Calls each time that handlers may run side by side again. Returns how to stop listening. */
  onOpen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #next(): void {
    // Whoever runs alone may be over before the call returns: one after another, never one inside another.
    if (!this.#isClosed || this.#isGranting) return;
    this.#isGranting = true;
    while (this.#alone === null && this.#running === 0) {
      const wish = this.#wishes.shift();
      if (wish === undefined) break;
      this.#alone = wish;
      wish.run();
    }
    this.#isGranting = false;
    if (!this.isOpen) return;
    this.#isClosed = false;
    for (const listener of this.#listeners) listener();
  }
}

/** An event loop belongs to a process, and so does this. */
export const solitudeOfProcess: Solitude = new Solitude();
