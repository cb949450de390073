import { describe, expect, it } from '@jest/globals';
import { createRateLimiter, type RateLimiter } from '../src/rate-limiter.ts';

const never = new AbortController().signal;

/** How many of these pass without anybody waiting for a clock. */
async function passing(limiter: RateLimiter, wanted: number): Promise<number> {
  const controller = new AbortController();
  let passed = 0;
  const all = Array.from({ length: wanted }, () =>
    limiter.acquire(controller.signal).then(
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
    await limiter.acquire(never);
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
    const first = limiter.acquire(never).then(() => order.push('first'));
    const second = limiter.acquire(controller.signal).catch(() => order.push('gave up'));
    const third = limiter.acquire(never).then(() => order.push('third'));
    controller.abort();
    await Promise.all([first, second, third]);
    expect(order.filter((name) => name !== 'gave up')).toEqual(['first', 'third']);
    expect(order).toContain('gave up');
  });
});
