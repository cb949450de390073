import type { CancelTimer, Clock } from '../clock.ts';
import { headerNumber } from '../headers/pairs.ts';
import type { Entry, PartitionState } from './partition-state.ts';
import type { Pauses } from './pauses.ts';

/**
 * Holds records of a retry tier until they are due, with the partition paused meanwhile. A tier's delay is fixed, so the
 * head is always the next due and one timer per partition is enough.
 */
export interface Deferral {
  /** True when it keeps the entry; `onDue` gets it later. */
  holds(entry: Entry): boolean;
  /** Forgets everything held: the assignment is over. */
  clear(): void;
}

export interface DeferralOptions {
  readonly clock: Clock;
  readonly pauses: Pauses;
  readonly onDue: (entry: Entry) => void;
}

export function createDeferral({ clock, pauses, onDue }: DeferralOptions): Deferral {
  const timers = new Map<PartitionState, CancelTimer>();

  function arm(partition: PartitionState): void {
    const head = partition.deferred[0];
    if (head === undefined) return;
    timers.set(
      partition,
      clock.after(head.notBefore - clock.now(), () => release(partition)),
    );
  }

  function release(partition: PartitionState): void {
    timers.delete(partition);
    const now = clock.now();
    let due = 0;
    while ((partition.deferred[due]?.notBefore ?? Number.POSITIVE_INFINITY) <= now) due += 1;
    for (const { entry } of partition.deferred.splice(0, due)) onDue(entry);
    if (partition.deferred.length === 0) pauses.lift(partition, 'tier');
    else arm(partition);
  }

  return {
    holds(entry) {
      const { partition, record } = entry;
      if (partition.through !== 'retry') return false;
      const stated = headerNumber(record.headers, 'retry.not-before') ?? 0;
      // No copy of ours asks for more, and one that did would hold back everything behind it.
      const notBefore = Math.min(stated, clock.now() + partition.longestWaitMs);
      if (partition.deferred.length === 0 && notBefore <= clock.now()) return false;
      partition.deferred.push({ entry, notBefore });
      if (partition.deferred.length === 1) {
        pauses.pause(partition, 'tier');
        arm(partition);
      }
      return true;
    },
    clear() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
