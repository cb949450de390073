import type { CancelTimer, Clock } from '../clock.ts';

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /** Moves both times and calls what became due, in the order of the deadlines. */
  advance(ms: number): void;
  /** Moves without calling anything: a frozen process, a machine asleep. */
  freeze(ms: number): void;
  /** Timers set and not yet due. */
  readonly pending: number;
}

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

export function createManualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  let passed = 0;
  const timers = new Set<Timer>();
  const nextDue = (until: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  };
  return {
    now: () => startMs + passed,
    monotonic: () => passed,
    after(ms, call): CancelTimer {
      const timer = { at: passed + Math.max(0, ms), call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = passed + ms;
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        timers.delete(due);
        passed = Math.max(passed, due.at);
        due.call();
      }
      passed = Math.max(passed, until);
    },
    freeze(ms) {
      passed += ms;
    },
    get pending() {
      return timers.size;
    },
  };
}
