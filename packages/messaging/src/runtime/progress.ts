/** Something to wait on instead of a time. Costs nothing while nobody waits. */
export class Progress {
  #waited: PromiseWithResolvers<void> | null = null;

  /** Resolves at the next `made`. */
  next(): Promise<void> {
    this.#waited ??= Promise.withResolvers<void>();
    return this.#waited.promise;
  }

  made(): void {
    const waited = this.#waited;
    this.#waited = null;
    waited?.resolve();
  }
}
