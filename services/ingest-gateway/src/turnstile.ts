import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Refusal, shed } from './outcome.ts';

/** Lets so many pass per second and key, and tells the others when to come back. */
export interface Turnstile {
  /** Resolves to null when the request may pass. */
  pass(key: string, perSecond?: number): Promise<Refusal | null>;
}

export interface TurnstileOptions {
  /** 0: everybody passes. */
  readonly perSecond: number;
  readonly code: string;
  readonly detail: string;
}

export function createTurnstile(options: TurnstileOptions): Turnstile {
  const limiters = new Map<number, RateLimiterMemory>();
  const limiterOf = (perSecond: number): RateLimiterMemory => {
    const known = limiters.get(perSecond);
    if (known !== undefined) return known;
    const limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
    limiters.set(perSecond, limiter);
    return limiter;
  };
  return {
    async pass(key, perSecond = options.perSecond) {
      if (perSecond === 0) return null;
      try {
        await limiterOf(perSecond).consume(key);
        return null;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return shed(options.code, options.detail, { status: 429, retryAfterMs: refused.msBeforeNext });
      }
    },
  };
}
