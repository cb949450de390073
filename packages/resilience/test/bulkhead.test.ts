import { describe, expect, it } from '@jest/globals';
import { backoff } from '../src/backoff.ts';
import { createBulkhead } from '../src/bulkhead.ts';

const never = new AbortController().signal;

describe('bulkhead', () => {
  it('never runs more calls than it has slots', async () => {
    const bulkhead = createBulkhead(2);
    let most = 0;
    const calls = Array.from({ length: 20 }, () =>
      bulkhead.run(async () => {
        most = Math.max(most, bulkhead.running());
        await new Promise((resolve) => setImmediate(resolve));
      }, never),
    );
    await Promise.all(calls);
    expect([most, bulkhead.running(), bulkhead.waiting()]).toEqual([2, 0, 0]);
  });

  it('gives the slot of a failed call to the next', async () => {
    const bulkhead = createBulkhead(1);
    const failed = bulkhead.run(() => Promise.reject(new Error('no')), never);
    const next = bulkhead.run(() => Promise.resolve('yes'), never);
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });

  it('lets a waiting call give up without losing a slot', async () => {
    const bulkhead = createBulkhead(1);
    const controller = new AbortController();
    const gate = Promise.withResolvers<void>();
    const running = bulkhead.run(() => gate.promise, never);
    const waiting = bulkhead.run(() => Promise.resolve(), controller.signal);
    controller.abort();
    await expect(waiting).rejects.toThrow();
    gate.resolve();
    await running;
    await expect(bulkhead.run(() => Promise.resolve('free'), never)).resolves.toBe('free');
  });
});

describe('backoff', () => {
  const options = { baseMs: 100, capMs: 1_000 };

  it('waits anywhere between nothing and a ceiling that doubles', () => {
    expect([0, 1, 2].map((attempt) => backoff(options, attempt, () => 0.999_999))).toEqual([99, 199, 399]);
    expect(backoff(options, 5, () => 0)).toBe(0);
  });

  it('never waits longer than the cap', () => {
    expect(backoff(options, 1_000, () => 0.999_999)).toBe(999);
  });
});
