/**
 * The time, read once per turn of the event loop: in a turn that brings a thousand records the clock would be read a
 * thousand times, to the same end. A deadline that counts from it may be early by the length of a turn.
 */
export class TurnClock {
  readonly #now: () => number;
  readonly #onTurn: () => void;
  #isTurn = false;
  #at = 0;

  /** @param onTurn called when a turn asks for the first time. */
  constructor(now: () => number, onTurn: () => void) {
    this.#now = now;
    this.#onTurn = onTurn;
  }

  now(): number {
    if (this.#isTurn) return this.#at;
    this.#isTurn = true;
    this.#at = this.#now();
    this.#onTurn();
    setImmediate(this.#end);
    return this.#at;
  }

  readonly #end = (): void => {
    this.#isTurn = false;
  };
}
