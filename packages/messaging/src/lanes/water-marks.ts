export interface WaterMarkLimits {
  /** Above either the partition is paused. */
  readonly highRecords: number;
  readonly highBytes: number;
}

/**
 * Bounds what one partition may hold unfinished: full above a high mark, and full until under half of both.
 * The gap keeps a busy partition from being paused and resumed for every record.
 */
export class WaterMarks {
  readonly #limits: WaterMarkLimits;
  #records = 0;
  #bytes = 0;
  #full = false;

  constructor(limits: WaterMarkLimits) {
    this.#limits = limits;
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get full(): boolean {
    return this.#full;
  }

  /** True when this made it full. */
  add(bytes: number): boolean {
    this.#records += 1;
    this.#bytes += bytes;
    if (this.#full || (this.#records <= this.#limits.highRecords && this.#bytes <= this.#limits.highBytes))
      return false;
    this.#full = true;
    return true;
  }

  /** True when this made it take records again. */
  remove(bytes: number): boolean {
    this.#records -= 1;
    this.#bytes -= bytes;
    if (!this.#full) return false;
    if (this.#records > this.#limits.highRecords / 2 || this.#bytes > this.#limits.highBytes / 2) return false;
    this.#full = false;
    return true;
  }
}
