import { CodedError, deadLetter, halt } from '@millrace/messaging';

export interface LoopGuardOptions {
  /** So many updates of one key within an hour, each brought about by one of ours, are still work; more are a loop. */
  readonly mostPerHour: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** So many keys in a loop within an hour are the route's fault, not theirs. */
  readonly mostLoops?: number;
  /** Keys remembered; the one that was written longest ago is forgotten first. */
  readonly mostKeys?: number;
}

/**
 * Watches for writes that come back as new events and would go round for ever. An event is an echo when it tells of exactly
 * the version that one of our writes made; however often people and programs change an object, those are not counted.
 */
export interface LoopGuard {
  /**
   * Before a write: whether the event is an echo of ours. Throws `X_ROUTE_LOOP` for one echo too many: a dead letter, so
   * that this loop ends and everything else of the key goes on; a halt when many keys loop.
   */
  check(key: string, version: number | null): boolean;
  /** After a write that made this version, or one that is not known. */
  written(key: string, version: number | null, isEcho: boolean): void;
  /** An operator has looked: all counts begin anew. */
  clear(): void;
}

interface Written {
  /** What our writes made, newest last. */
  versions: readonly number[];
  /** When an echo was answered with a write. */
  echoes: readonly number[];
}

const hourMs = 3_600_000;
/** An echo comes within seconds; behind so many later writes it tells of nothing that is still wanted. */
const versionsKept = 20;

export function createLoopGuard(options: LoopGuardOptions): LoopGuard {
  const { mostPerHour, now, mostLoops = 10, mostKeys = 50_000 } = options;
  const keys = new Map<string, Written>();
  const loops = new Map<string, number>();
  const withinHour = (times: readonly number[]): readonly number[] => times.filter((at) => now() - at < hourMs);

  const looping = (key: string): CodedError => {
    loops.delete(key);
    loops.set(key, now());
    for (const [known, at] of loops) if (now() - at >= hourMs) loops.delete(known);
    return loops.size < mostLoops
      ? loopOf(`one object came back as events ${mostPerHour} times`, deadLetter)
      : loopOf(`${loops.size} objects came back as events, ${mostPerHour} times each`, halt);
  };

  return {
    check(key, version) {
      const known = keys.get(key);
      if (known === undefined || version === null || !known.versions.includes(version)) return false;
      if (withinHour(known.echoes).length >= mostPerHour) throw looping(key);
      return true;
    },
    written(key, version, isEcho) {
      const { versions, echoes } = keys.get(key) ?? { versions: [], echoes: [] };
      // Deleted first, so that the order of the map is the order of the last write.
      keys.delete(key);
      keys.set(key, {
        versions: version === null ? versions : [...versions, version].slice(-versionsKept),
        echoes: isEcho ? [...withinHour(echoes), now()] : withinHour(echoes),
      });
      const oldest = keys.keys().next().value;
      if (keys.size > mostKeys && oldest !== undefined) keys.delete(oldest);
    },
    clear() {
      keys.clear();
      loops.clear();
    },
  };
}

function loopOf(what: string, disposition: CodedError['disposition']): CodedError {
  return new CodedError('X_ROUTE_LOOP', `Our own updates of ${what} within an hour`, { disposition, step: 'effect' });
}
