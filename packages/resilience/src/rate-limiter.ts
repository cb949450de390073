import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** How a documented limit is applied: `always`; `after-refusal`, only once the destination has said 429; `off`. */
export type RateLimiterMode = 'always' | 'after-refusal' | 'off';

export interface RateLimiterOptions {
  readonly mode: RateLimiterMode;
  /** The documented limit; null leaves only the pauses the destination asks for. */
  readonly rate: { readonly requests: number; readonly perMs: number } | null;
  /** How long a refusal keeps the limit in force in mode `after-refusal`. */
  readonly engagedForMs?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** One destination's turnstile. Fair: who asked first goes first. */
export interface RateLimiter {
  /** Resolves when one request may go; rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<void>;
  /** The destination said no: nobody passes for this long, and a documented limit comes into force. */
  refused(waitMs: number): void;
  /** How long nobody passes yet; 0 when open. */
  pausedForMs(): number;
}

const passed = Promise.resolve();

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { engagedForMs = 600_000, now = () => performance.now() } = options;
  const limiter =
    options.rate === null || options.mode === 'off'
      ? null
      : new RateLimiterMemory({ points: options.rate.requests, duration: options.rate.perMs / 1000 });
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let engagedUntil = options.mode === 'always' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  let turn: Promise<unknown> = Promise.resolve();
  let queued = 0;

  const pausedForMs = (): number => Math.max(0, Math.ceil(pausedUntil - now()));
  const waitMs = async (): Promise<number> => {
    const paused = pausedForMs();
    if (paused > 0 || limiter === null || now() >= engagedUntil) return paused;
    return limiter.consume('destination').then(
      () => 0,
      (refusal: unknown) => {
        if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
        throw refusal;
      },
    );
  };
  const pass = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    for (let wait = await waitMs(); wait > 0; wait = await waitMs()) {
      await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  };

  /** Nobody waits, and nobody would have to. */
  const isOpen = (): boolean => {
    const time = now();
    return queued === 0 && time >= pausedUntil && (limiter === null || time >= engagedUntil);
  };
  const left = (): void => {
    queued -= 1;
  };

  return {
    acquire(signal) {
      if (isOpen()) return signal.aborted ? Promise.reject(signal.reason) : passed;
      queued += 1;
      const mine = turn.then(() => pass(signal));
      turn = mine.then(left, left);
      return mine;
    },
    refused(wait) {
      pausedUntil = Math.max(pausedUntil, now() + wait);
      if (options.mode === 'after-refusal') engagedUntil = now() + engagedForMs;
    },
    pausedForMs,
  };
}
