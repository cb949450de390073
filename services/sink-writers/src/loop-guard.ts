import { CodedError, halt } from '@millrace/messaging';

export interface LoopGuardOptions {
  /** So many updates of one key within an hour are still work; more are an echo. */
  readonly mostPerHour: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Keys remembered; the one that was updated longest ago is forgotten first. */
  readonly mostKeys?: number;
}

/** Watches how often one key is written, because a write that comes back as a new event would go round for ever. */
export interface LoopGuard {
  /** Before a write. Throws `X_ROUTE_LOOP`, halt, when this key had too many. */
  check(key: string): void;
  /** After a write. Returns how many this key had within the hour, this one included. */
  written(key: string): number;
  /** An operator has looked: all counts begin anew. */
  clear(): void;
}

const hourMs = 3_600_000;

export function createLoopGuard({ mostPerHour, now, mostKeys = 50_000 }: LoopGuardOptions): LoopGuard {
  const writes = new Map<string, readonly number[]>();
  const recent = (key: string): readonly number[] => (writes.get(key) ?? []).filter((at) => now() - at < hourMs);
  return {
    check(key) {
      if (recent(key).length < mostPerHour) return;
      throw new CodedError('X_ROUTE_LOOP', `One object was updated ${mostPerHour} times within an hour`, {
        disposition: halt,
        step: 'effect',
      });
    },
    written(key) {
      const all = [...recent(key), now()];
      // Deleted first, so that the order of the map is the order of the last update.
      writes.delete(key);
      writes.set(key, all);
      const oldest = writes.keys().next().value;
      if (writes.size > mostKeys && oldest !== undefined) writes.delete(oldest);
      return all.length;
    },
    clear: () => writes.clear(),
  };
}
