const sweepMs = 250;

/** Looks four times a second while there is something to look at; nothing keeps the process alive for it. */
export class Sweeper {
  /** True while something is left. */
  readonly #look: () => boolean;
  #timer: NodeJS.Timeout | null = null;

  constructor(look: () => boolean) {
    this.#look = look;
  }

  wake(): void {
    this.#timer ??= setInterval(() => {
      if (!this.#look()) this.rest();
    }, sweepMs).unref();
  }

  rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
