/** Waits of many calls, in milliseconds; holds numbers only, so that measuring costs next to nothing. */
export class Latencies {
  readonly #values: Float64Array;
  #count = 0;

  constructor(most: number) {
    this.#values = new Float64Array(most);
  }

  add(ms: number): void {
    this.#values[this.#count] = ms;
    this.#count += 1;
  }

  percentiles(): { readonly p50: number; readonly p99: number } {
    const sorted = this.#values.subarray(0, this.#count).toSorted();
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
