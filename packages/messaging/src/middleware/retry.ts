import { type Clock, sleep, systemClock } from '../clock.ts';
import { isCodedError } from '../disposition.ts';
import type { Handled, Handler, Middleware } from '../pipeline.ts';

export interface RetryOptions {
  /** Tries after the first. */
  readonly tries: number;
  /** Ceiling of the first wait; it doubles each time. */
  readonly baseMs: number;
  readonly capMs: number;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/**
 * Tries what is inside it again, with full jitter, before the pipeline hears of the failure. For a part that fails often
 * and cheaply; the pipeline itself tries, waits in tiers and asks the breaker anyway. Never an absent dependency, never
 * a wait longer than `capMs`: those are the pipeline's to judge.
 */
export function retryInside(options: RetryOptions): Middleware {
  const { tries, baseMs, capMs, clock = systemClock, random = Math.random } = options;
  return <T>(next: Handler<T>): Handler<T> =>
    async (envelope, signal): Promise<Handled> => {
      for (let tried = 0; ; tried += 1) {
        try {
          return await next(envelope, signal);
        } catch (error) {
          if (tried >= tries || signal.aborted || !isCodedError(error)) throw error;
          if (error.unavailable || error.disposition.kind !== 'retry') throw error;
          const askedMs = error.disposition.afterMs ?? 0;
          if (askedMs > capMs) throw error;
          const ceiling = Math.min(capMs, baseMs * 2 ** tried);
          await sleep(clock, Math.max(askedMs, Math.floor(random() * ceiling)), signal);
        }
      }
    };
}
