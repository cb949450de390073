import type { InboundRecord } from '../broker.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import { isKnownFinished, nothingFinished } from '../lanes/commit-tracker.ts';
import { maxFinishedWindow } from '../lanes/finished-bitmap.ts';
import { KeyedLanes, type LaneSource } from '../lanes/keyed-lanes.ts';
import type { Order } from '../pipeline.ts';
import { createDeferral, type Deferral } from './deferral.ts';
import type { PartitionState } from './partition-state.ts';
import { Entry } from './partition-state.ts';
import type { Pauses } from './pauses.ts';

/** Longest turn before other work of the process, heartbeats above all, gets its own. */
const turnMs = 8;

export interface IntakeOptions {
  readonly order: Order;
  readonly clock: Clock;
  readonly pauses: Pauses;
  /** Asked with the time on the monotonic clock. */
  readonly mayStart: (now: number) => boolean;
  /** Whether that partition may have one more handler. */
  readonly mayTake: (source: LaneSource<Entry>) => boolean;
  /** So much of it is unfinished, or finished behind an unfinished one, that nothing more is fetched. */
  readonly onPressed: (partition: PartitionState) => void;
  /** Starts one record; false when it had to be put back and nothing else may start now. */
  readonly start: (entry: Entry) => boolean;
  /** Told of each start that used up a whole turn. */
  readonly onSlow: (entry: Entry, ms: number) => void;
}

/** Where records are before they start, and between two tries in the process: lanes, tiers not yet due, rests. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #lanes: KeyedLanes<Entry> = new KeyedLanes<Entry>();
  readonly #deferral: Deferral;
  readonly #resting: Map<Entry, CancelTimer> = new Map();
  #isScheduled = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
    const onDue = (entry: Entry): void => {
      this.#lanes.add(entry, this.#laneOf(entry));
      this.schedule();
    };
    this.#deferral = createDeferral({ clock: options.clock, pauses: options.pauses, onDue });
  }

  get waiting(): number {
    return this.#lanes.waiting;
  }

  get resting(): number {
    return this.#resting.size;
  }

  accept(partition: PartitionState, records: readonly InboundRecord[]): void {
    const { tracker, known, marks, logTime } = partition;
    const now = this.#options.clock.now();
    for (const record of records) {
      // A client may hand over the overlap of two fetches.
      if (record.offset <= tracker.lastOffset) continue;
      const time = logTime.next(record.timestamp, now);
      const slot = tracker.accept(record.offset, time);
      if (isKnownFinished(known, record.offset)) {
        tracker.finish(slot);
        continue;
      }
      const entry = new Entry(record, partition, slot, time);
      if (marks.add(entry.bytes)) {
        this.#options.pauses.pause(partition, 'backpressure');
        this.#options.onPressed(partition);
      }
      if (!this.#deferral.holds(entry)) this.#lanes.add(entry, this.#laneOf(entry));
    }
    if (tracker.lastOffset >= partition.knownUntil) partition.known = nothingFinished;
    if (!partition.isWindowFull && tracker.window >= maxFinishedWindow) {
      partition.isWindowFull = true;
      this.#options.pauses.pause(partition, 'window');
      this.#options.onPressed(partition);
    }
    this.schedule();
  }

  /** Everything that the record caused is acknowledged: makes room for others. */
  release({ partition, slot, bytes }: Entry): void {
    const { pauses } = this.#options;
    const { tracker, marks } = partition;
    const isMoved = tracker.finish(slot);
    if (marks.remove(bytes)) pauses.lift(partition, 'backpressure');
    if (isMoved && partition.isWindowFull && tracker.window <= maxFinishedWindow / 2) {
      partition.isWindowFull = false;
      pauses.lift(partition, 'window');
    }
  }

  /** Starts what may start, soon; never in the caller's turn. */
  schedule(): void {
    if (this.#isScheduled || this.#lanes.waiting === 0) return;
    this.#isScheduled = true;
    setImmediate(this.#pump);
  }

  /** Back to the head of its lane after that time; the lane waits with it. */
  rest(entry: Entry, ms: number): void {
    const wake = (): void => {
      this.#resting.delete(entry);
      this.#lanes.putBack(entry);
      this.schedule();
    };
    this.#resting.set(entry, this.#options.clock.after(ms, wake));
  }

  /** Its lane waits with it until `unhold`; `cancel` is called when that will not come. */
  hold(entry: Entry, cancel: CancelTimer): void {
    this.#resting.set(entry, cancel);
  }

  unhold(entry: Entry): void {
    this.#resting.delete(entry);
  }

  /** From its hold back to the head of its lane. */
  wake(entry: Entry): void {
    if (!this.#resting.delete(entry)) return;
    this.#lanes.putBack(entry);
    this.schedule();
  }

  putBack(entry: Entry): void {
    this.#lanes.putBack(entry);
  }

  finish(entry: Entry): void {
    this.#lanes.finish(entry);
  }

  /** Let step aside once: before everything of their lane that was not started. */
  readmit(entries: readonly Entry[]): void {
    const [first] = entries;
    const lane = first === undefined ? null : this.#laneOf(first);
    if (lane !== null) this.#lanes.addFirst(entries, lane);
    this.schedule();
  }

  /** The assignment is over: what waits or rests is dropped, what is busy keeps its lane until it ends. */
  clear(): void {
    this.#deferral.clear();
    for (const [entry, cancel] of this.#resting) {
      cancel();
      this.#lanes.finish(entry);
    }
    this.#resting.clear();
    this.#lanes.clear();
  }

  #laneOf({ record, partition }: Entry): string | null {
    switch (this.#options.order) {
      case 'key':
        return record.key === null || record.key.length === 0 ? null : record.key.toString('latin1');
      case 'partition':
        return String(partition.partition);
      case 'none':
        return null;
    }
  }

  readonly #pump = (): void => {
    this.#isScheduled = false;
    const { clock, mayStart, mayTake, start, onSlow } = this.#options;
    const began = clock.monotonic();
    let now = began;
    while (mayStart(now)) {
      const entry = this.#lanes.take(mayTake);
      if (entry === undefined) return;
      const before = now;
      const isStarted = start(entry);
      now = clock.monotonic();
      if (now - before > turnMs) onSlow(entry, now - before);
      if (!isStarted) return;
      if (now - began > turnMs) {
        this.schedule();
        return;
      }
    }
  };
}
