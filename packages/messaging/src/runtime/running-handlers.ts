import type { Clock } from '../clock.ts';
import type { LaneSource } from '../lanes/keyed-lanes.ts';
import { HandlerSlots } from './handler-slots.ts';
import type { Entry, PartitionState } from './partition-state.ts';
import type { Suspects } from './suspects.ts';

export interface RunningHandlersOptions {
  readonly maxInFlight: number;
  readonly clock: Clock;
  readonly suspects: Suspects;
}

/** Handlers started and unfinished, oldest first. One that answered in our own call never was one of them, and had no slot. */
export class RunningHandlers {
  readonly #options: RunningHandlersOptions;
  readonly #entries = new Set<Entry>();
  readonly #slots: HandlerSlots;

  constructor(options: RunningHandlersOptions) {
    this.#options = options;
    this.#slots = new HandlerSlots(options.maxInFlight);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The oldest; null when none runs. */
  get oldest(): Entry | null {
    for (const entry of this.#entries) return entry;
    return null;
  }

  has(entry: Entry): boolean {
    return this.#entries.has(entry);
  }

  mayStart(): boolean {
    return !this.#slots.isFull() && this.#options.suspects.mayStart();
  }

  /** Whether that partition may have one more. */
  mayTake(source: LaneSource<Entry>): boolean {
    return this.#slots.isFree(source);
  }

  /** The partitions of a new assignment. */
  assign(partitions: Iterable<PartitionState>): void {
    const sources = [...partitions].filter(({ through }) => through === 'source');
    this.#slots.assign(sources.map(({ source }) => source));
  }

  start(entry: Entry): void {
    const { clock, suspects } = this.#options;
    entry.startedAt = clock.monotonic();
    suspects.started(entry);
    this.#entries.add(entry);
    this.#slots.take(entry.source);
  }

  /** True when it made room for another. */
  end(entry: Entry): boolean {
    if (!this.#entries.delete(entry)) return false;
    this.#slots.give(entry.source);
    this.#options.suspects.ended();
    return true;
  }
}
