import { AbortWatch } from '@millrace/messaging';
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

/** What lets one request after the other go to one destination. Fair: who asked first goes first. */
export interface RateLimiter {
  /**
   * True when one request may go; false as soon as it is known that it may not before `until`, also when a pause that is
   * asked for meanwhile makes it so. Rejects with the signal's reason.
   */
  acquire(until: number, signal: AbortSignal): Promise<boolean>;
  /** The destination said no: nobody passes for this long, and a documented limit comes into force. */
  refused(waitMs: number): void;
  /** How long nobody passes yet; 0 when open. */
  pausedForMs(): number;
}

/** In the queue until it passes, its time is up, or its signal aborts. */
interface Waiting {
  readonly until: number;
  readonly signal: AbortSignal;
  readonly resolve: (mayGo: boolean) => void;
  readonly reject: (reason: unknown) => void;
}

const passed = Promise.resolve(true);

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { engagedForMs = 600_000, now = () => performance.now() } = options;
  const limiter =
    options.rate === null || options.mode === 'off'
      ? null
      : new RateLimiterMemory({ points: options.rate.requests, duration: options.rate.perMs / 1000 });
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let engagedUntil = options.mode === 'always' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const queue = new Set<Waiting>();
  const watch = new AbortWatch<Waiting>((waiting, reason) => {
    queue.delete(waiting);
    waiting.reject(reason);
    wake();
  });
  let isServing = false;
  let wake = (): void => undefined;

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

  const leave = (waiting: Waiting, mayGo: boolean): void => {
    queue.delete(waiting);
    watch.delete(waiting, waiting.signal);
    waiting.resolve(mayGo);
  };
  /** Those who would have to wait past their time go now: nobody sits out a pause for nothing. */
  const dismissLate = (openAt: number): void => {
    for (const waiting of queue) if (waiting.until < openAt) leave(waiting, false);
  };
  const changeOrTime = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** Lets the queue pass in order, and ends with it. */
  const serve = async (): Promise<void> => {
    isServing = true;
    while (queue.size > 0) {
      const wait = await waitMs();
      if (wait > 0) {
        dismissLate(now() + wait);
        // The next of the queue may have less time than the first has to wait.
        if (queue.size > 0) await changeOrTime(wait);
        continue;
      }
      const [first] = queue;
      if (first !== undefined) leave(first, first.until >= now());
    }
    isServing = false;
  };
  const failed = (reason: unknown): void => {
    isServing = false;
    for (const waiting of [...queue]) {
      queue.delete(waiting);
      watch.delete(waiting, waiting.signal);
      waiting.reject(reason);
    }
  };

  /** Nobody waits, and nobody would have to. */
  const isOpen = (): boolean => {
    const time = now();
    return queue.size === 0 && time >= pausedUntil && (limiter === null || time >= engagedUntil);
  };

  return {
    acquire(until, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (isOpen()) return passed;
      return new Promise((resolve, reject) => {
        const waiting = { until, signal, resolve, reject };
        watch.add(waiting, signal);
        queue.add(waiting);
        // One that comes while others sleep may be too late already.
        if (!isServing) serve().catch(failed);
        else if (until < pausedUntil) leave(waiting, false);
      });
    },
    refused(wait) {
      pausedUntil = Math.max(pausedUntil, now() + wait);
      if (options.mode === 'after-refusal') engagedUntil = now() + engagedForMs;
      dismissLate(pausedUntil);
      wake();
    },
    pausedForMs,
  };
}
