import { describe, expect, it } from '@jest/globals';
import { createRateLimiter, type RateLimiter } from '../src/rate-limiter.ts';

const never = new AbortController().signal;
const whenever = Number.POSITIVE_INFINITY;

/** How many of these pass without anybody waiting for a clock. */
async function passing(limiter: RateLimiter, wanted: number): Promise<number> {
  const controller = new AbortController();
  let passed = 0;
  const all = Array.from({ length: wanted }, () =>
    limiter.acquire(whenever, controller.signal).then(
      () => {
        passed += 1;
      },
      () => undefined,
    ),
  );
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await Promise.all(all);
  return passed;
}

describe('rate limiter', () => {
  const rate = { requests: 3, perMs: 60_000 };

  it('lets as many pass as the limit says', async () => {
    expect(await passing(createRateLimiter({ mode: 'always', rate }), 5)).toBe(3);
  });

  it('lets all pass where there is no limit, or it is off', async () => {
    expect(await passing(createRateLimiter({ mode: 'always', rate: null }), 5)).toBe(5);
    expect(await passing(createRateLimiter({ mode: 'off', rate }), 5)).toBe(5);
  });

  it('holds to the limit only after a refusal, and for a while, where told so', async () => {
    let at = 0;
    const limiter = createRateLimiter({ mode: 'after-refusal', rate, engagedForMs: 1_000, now: () => at });
    expect(await passing(limiter, 5)).toBe(5);
    limiter.refused(0);
    expect(await passing(limiter, 5)).toBe(3);
    at = 1_001;
    expect(await passing(limiter, 5)).toBe(5);
  });

  it('lets nobody pass as long as the destination said, in every mode', async () => {
    const limiter = createRateLimiter({ mode: 'off', rate: null });
    limiter.refused(40);
    expect(await passing(limiter, 1)).toBe(0);
    await limiter.acquire(whenever, never);
    expect(limiter.pausedForMs()).toBe(0);
  });

  it('never shortens a pause', () => {
    const limiter = createRateLimiter({ mode: 'off', rate: null, now: () => 0 });
    limiter.refused(1_000);
    limiter.refused(10);
    expect(limiter.pausedForMs()).toBe(1_000);
  });

  it('lets those pass first who asked first, and those go who gave up', async () => {
    const limiter = createRateLimiter({ mode: 'off', rate: null });
    limiter.refused(30);
    const order: string[] = [];
    const controller = new AbortController();
    const first = limiter.acquire(whenever, never).then(() => order.push('first'));
    const second = limiter.acquire(whenever, controller.signal).catch(() => order.push('gave up'));
    const third = limiter.acquire(whenever, never).then(() => order.push('third'));
    controller.abort();
    await Promise.all([first, second, third]);
    expect(order.filter((name) => name !== 'gave up')).toEqual(['first', 'third']);
    expect(order).toContain('gave up');
  });

  it('tells at once whom a pause would keep past its time, and lets the others wait', async () => {
    let at = 0;
    const limiter = createRateLimiter({ mode: 'off', rate: null, now: () => at });
    limiter.refused(50);
    const late = limiter.acquire(40, never);
    const inTime = limiter.acquire(60, never);
    expect(await late).toBe(false);
    at = 50;
    expect(await inTime).toBe(true);
  });

  it('lets nobody sit out a pause that became longer than its time while it waited', async () => {
    const limiter = createRateLimiter({ mode: 'off', rate: null, now: () => 0 });
    limiter.refused(30_000);
    const waiting = Array.from({ length: 3 }, () => limiter.acquire(65_000, never));
    limiter.refused(600_000);
    expect(await Promise.all(waiting)).toEqual([false, false, false]);
  });

  it('lets nobody wait past its time behind others that are slow to pass', async () => {
    const limiter = createRateLimiter({ mode: 'always', rate: { requests: 1, perMs: 60_000 } });
    expect(await limiter.acquire(whenever, never)).toBe(true);
    const controller = new AbortController();
    const first = limiter.acquire(whenever, controller.signal).catch(() => 'gave up');
    expect(await limiter.acquire(performance.now() + 20, never)).toBe(false);
    controller.abort();
    expect(await first).toBe('gave up');
  });
});
