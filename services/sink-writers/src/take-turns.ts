import { CodedError, isCodedError, retry } from '@millrace/messaging';
import type { RateLimiter } from '@millrace/resilience';

export interface TurnOptions {
  readonly limiter: RateLimiter;
  /** How long one record may wait here in all. */
  readonly patienceMs: number;
  /** Told each time the destination asked for a pause. */
  readonly onRefused: (waitMs: number) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

const refusals: ReadonlySet<string> = new Set(['X_HTTP_RATE_LIMITED', 'X_SLACK_RATE_LIMITED']);
const unstatedWaitMs = 1_000;

/**
 * Lets one write after the other through the route's turnstile. A refusal for being too many pauses the whole route for as
 * long as the destination says, and the record waits for its turn in place: it has done nothing wrong, so no try is
 * counted and no tier is used. A pause longer than the patience is an outage to the breaker, not a failure of the record.
 */
export async function takeTurns<T>(write: () => Promise<T>, options: TurnOptions, signal: AbortSignal): Promise<T> {
  const { limiter, patienceMs, onRefused, now } = options;
  const until = now() + patienceMs;
  for (;;) {
    if (limiter.pausedForMs() > until - now()) throw pausedTooLong(limiter.pausedForMs());
    await limiter.acquire(signal);
    try {
      return await write();
    } catch (error) {
      const wait = askedWait(error);
      if (wait === null) throw error;
      limiter.refused(wait);
      onRefused(wait);
      if (!isRefusal(error)) throw error;
    }
  }
}

function isRefusal(error: unknown): boolean {
  return isCodedError(error) && refusals.has(error.code);
}

/** How long the destination wants to be left alone; null when it says nothing of the kind. A 503 may say it too. */
function askedWait(error: unknown): number | null {
  if (!isCodedError(error) || error.disposition.kind !== 'retry') return null;
  return error.disposition.afterMs ?? (isRefusal(error) ? unstatedWaitMs : null);
}

function pausedTooLong(ms: number): CodedError {
  return new CodedError('X_ROUTE_PAUSED', `The destination wants to be left alone for ${Math.ceil(ms / 1000)} s`, {
    disposition: retry(),
    step: 'effect',
    unavailable: true,
  });
}
