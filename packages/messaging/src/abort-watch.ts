interface Watched<Waiting> {
  readonly waiting: Set<Waiting>;
  readonly tell: () => void;
}

/**
 * Who waits under signals that many share, and is told when theirs aborts. One listener per signal serves all of them:
 * adding one for each would walk past all the others every time.
 */
export class AbortWatch<Waiting> {
  readonly #onAbort: (waiting: Waiting, reason: unknown) => void;
  readonly #watched = new Map<AbortSignal, Watched<Waiting>>();

  constructor(onAbort: (waiting: Waiting, reason: unknown) => void) {
    this.#onAbort = onAbort;
  }

  /** The signal has not aborted yet; who adds asks it first. */
  add(waiting: Waiting, signal: AbortSignal): void {
    const known = this.#watched.get(signal);
    if (known !== undefined) {
      known.waiting.add(waiting);
      return;
    }
    const those = new Set([waiting]);
    const tell = (): void => {
      for (const one of those) this.#onAbort(one, signal.reason);
      this.#watched.delete(signal);
    };
    this.#watched.set(signal, { waiting: those, tell });
    signal.addEventListener('abort', tell, { once: true });
  }

  /** It waits no longer and is not told; nothing happens when it was told already. */
  delete(waiting: Waiting, signal: AbortSignal): void {
    const watched = this.#watched.get(signal);
    if (watched?.waiting.delete(waiting) !== true || watched.waiting.size > 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener('abort', watched.tell);
  }
}
