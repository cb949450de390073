/** Least time between two fetches of one leader while records keep coming. */
const spacingMs = 5;
/** An answer with so many shows a backlog: whoever works one off does not wait. */
const enoughRecords = 64;

/**
 * Spaces fetches out while records come one by one: each costs the client and the broker as much as dozens of records,
 * and at 500 a second every record would have one of its own. What comes after a quiet while is handed over at once, and
 * what comes next waits no longer than the spacing.
 */
export class FetchSpacing {
  readonly #now: () => number;
  readonly #sentAt = new Map<number, number>();
  /** Leaders whose last answer was neither empty nor large. */
  readonly #trickling = new Set<number>();

  /** @param now milliseconds, monotonic. */
  constructor(now: () => number) {
    this.#now = now;
  }

  sent(node: number): void {
    this.#sentAt.set(node, this.#now());
  }

  answered(node: number, records: number): void {
    if (records > 0 && records < enoughRecords) this.#trickling.add(node);
    else this.#trickling.delete(node);
  }

  /** How long to wait before the next fetch of that leader; 0 for not at all. */
  restMs(node: number): number {
    if (!this.#trickling.has(node)) return 0;
    const since = this.#now() - (this.#sentAt.get(node) ?? Number.NEGATIVE_INFINITY);
    return Math.max(0, Math.ceil(spacingMs - since));
  }
}
