import { CodedError, isCodedError, retry } from '@millrace/messaging';
import type { RateLimiter } from '@millrace/resilience';

export interface TurnOptions {
  readonly limiter: RateLimiter;
  /** How long one record may wait here in all. */
  readonly longestWaitMs: number;
  /** Told each time the destination asked for a pause. */
  readonly onRefused: (waitMs: number) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

const unstatedWaitMs = 1_000;

/**
 * Lets one write after the other through the route's rate limiter. A refusal for being too many pauses the whole route for
 * as long as the destination says, and the record waits for its turn in place: it has done nothing wrong, so no try is
 * counted and no tier is used. Whoever would wait longer than its time, from now on or since the pause became longer while
 * it waited, is given back at once: that is an outage to the breaker, not a failure of the record.
 */
export async function takeTurns<T>(write: () => Promise<T>, options: TurnOptions, signal: AbortSignal): Promise<T> {
  const { limiter, longestWaitMs, onRefused, now } = options;
  const until = now() + longestWaitMs;
  for (;;) {
    if (!(await limiter.acquire(until, signal))) throw pausedTooLong(limiter.pausedForMs());
    try {
      return await write();
    } catch (error) {
      const wait = askedWait(error);
      if (wait === null) throw error;
      limiter.refused(wait);
      onRefused(wait);
      if (!isCodedError(error) || !isRefusal(error)) throw error;
    }
  }
}

/** Too many for everyone, so that everyone waits. One that limits one key says so, and is the pipeline's to delay. */
function isRefusal(error: CodedError): boolean {
  return error.refusal?.scope === 'everyone' && error.disposition.kind === 'retry';
}

/** How long the destination wants nobody to come; null when it says nothing of the kind. A 503 may say it too. */
function askedWait(error: unknown): number | null {
  if (!isCodedError(error) || error.disposition.kind !== 'retry') return null;
  if (error.refusal !== null && !isRefusal(error)) return null;
  return error.disposition.afterMs ?? (isRefusal(error) ? unstatedWaitMs : null);
}

function pausedTooLong(ms: number): CodedError {
  return new CodedError('X_ROUTE_PAUSED', `The destination lets nothing pass for another ${Math.ceil(ms / 1000)} s`, {
    disposition: retry(),
    step: 'effect',
    unavailable: true,
  });
}
