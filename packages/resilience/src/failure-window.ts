/** The rule's numbers; the defaults are the house rule. */
export interface FailureRule {
  /** Fewer failures than this never open. */
  readonly minFailures: number;
  /** The share of failures among all that ended must be above this. */
  readonly failureShare: number;
  /** From so many different records, so that one bad record is not an outage. */
  readonly distinctRecords: number;
  /** So many in a row that never reached the destination are an outage, whichever record they came from. */
  readonly unavailableInRow: number;
  /** So many in a row are an outage whatever came before, when they are of so many different records. */
  readonly failuresInRow: number;
  readonly recordsInRow: number;
  readonly windowMs: number;
}

export const houseRule: FailureRule = {
  minFailures: 3,
  failureShare: 0.5,
  distinctRecords: 2,
  unavailableInRow: 3,
  failuresInRow: 5,
  recordsInRow: 3,
  windowMs: 30_000,
};

interface Slice {
  readonly startedAt: number;
  ended: number;
  failures: number;
  /** At most `distinctRecords` of them: more would tell nothing more. */
  readonly records: Set<string>;
}

/** Counts how records ended over a sliding window, in slices of a thirtieth. Memory is bounded by the slices, not by the traffic. */
export interface FailureWindow {
  success(): void;
  failure(record: string, unavailable: boolean): void;
  isOutage(): boolean;
  clear(): void;
}

export function createFailureWindow(rule: FailureRule, now: () => number): FailureWindow {
  const sliceMs = rule.windowMs / 30;
  let slices: Slice[] = [];
  let unavailableInRow = 0;
  let failuresInRow = 0;
  /** Of the row, and no more than the rule asks for. */
  const recordsInRow = new Set<string>();

  const endRow = (): void => {
    unavailableInRow = 0;
    failuresInRow = 0;
    recordsInRow.clear();
  };
  const current = (): Slice => {
    const at = now();
    slices = slices.filter((slice) => slice.startedAt > at - rule.windowMs);
    const last = slices.at(-1);
    if (last !== undefined && at - last.startedAt < sliceMs) return last;
    const slice = { startedAt: at, ended: 0, failures: 0, records: new Set<string>() };
    slices.push(slice);
    return slice;
  };

  return {
    success() {
      current().ended += 1;
      endRow();
    },
    failure(record, unavailable) {
      const slice = current();
      slice.ended += 1;
      slice.failures += 1;
      if (slice.records.size < rule.distinctRecords) slice.records.add(record);
      unavailableInRow = unavailable ? unavailableInRow + 1 : 0;
      failuresInRow += 1;
      if (recordsInRow.size < rule.recordsInRow) recordsInRow.add(record);
    },
    isOutage() {
      if (unavailableInRow >= rule.unavailableInRow) return true;
      if (failuresInRow >= rule.failuresInRow && recordsInRow.size >= rule.recordsInRow) return true;
      current();
      const failures = slices.reduce((sum, slice) => sum + slice.failures, 0);
      const ended = slices.reduce((sum, slice) => sum + slice.ended, 0);
      if (failures < rule.minFailures || failures <= ended * rule.failureShare) return false;
      return new Set(slices.flatMap((slice) => [...slice.records])).size >= rule.distinctRecords;
    },
    clear() {
      slices = [];
      endRow();
    },
  };
}
