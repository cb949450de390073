import { describe, expect, it } from '@jest/globals';
import { CodedError, retry } from '@millrace/messaging';
import { createRateLimiter } from '@millrace/resilience';
import { classifyHttp } from '@millrace/resilience/classify-http';
import { takeTurns } from '../src/take-turns.ts';

const never = new AbortController().signal;
const tooMany = (afterMs: number): CodedError =>
  classifyHttp({ status: 429, retryAfter: String(afterMs / 1_000) }, { target: 'POST destination.example', now: 0 });

/** Writes that are answered one after the other, at a time that stands still. */
function aRoute(longestWaitMs: number, answers: (CodedError | 'written')[]) {
  const limiter = createRateLimiter({ mode: 'off', rate: null, now: () => 0 });
  const asked: number[] = [];
  const write = async (): Promise<'written'> => {
    const answer = answers.shift() ?? 'written';
    if (answer instanceof CodedError) throw answer;
    return answer;
  };
  const options = { limiter, longestWaitMs, onRefused: (ms: number) => void asked.push(ms), now: () => 0 };
  return { limiter, asked, write: () => takeTurns(write, options, never) };
}

describe('taking turns at a destination', () => {
  it('gives back at once what a pause would keep longer than it may wait', async () => {
    const { write, asked } = aRoute(65_000, [tooMany(600_000)]);
    await expect(write()).rejects.toMatchObject({ code: 'X_ROUTE_PAUSED', unavailable: true });
    expect(asked).toEqual([600_000]);
  });

  // 4 × 429 for 30 s, then one for 600 s: whoever slept out the longer one was ended with its process.
  it('gives back those who wait already, when the pause becomes longer than they may wait', async () => {
    const { limiter, write } = aRoute(
      65_000,
      Array.from({ length: 4 }, () => tooMany(30_000)),
    );
    const waiting = Array.from({ length: 4 }, () => write().catch((error: unknown) => error));
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    limiter.refused(600_000);
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'X_ROUTE_PAUSED' });
  });

  it.each([
    ['a limit of one key', retry(600_000), 'key'],
    ['a conflict over one record', retry(600_000), 'record'],
  ] as const)('lets %s hold up nobody else', async (_, disposition, scope) => {
    const refusal = { scope, answer: '429' };
    const { write, asked, limiter } = aRoute(65_000, [new CodedError('X_TEST', 'no', { disposition, refusal })]);
    await expect(write()).rejects.toMatchObject({ code: 'X_TEST' });
    expect([asked, limiter.pausedForMs(), await write()]).toEqual([[], 0, 'written']);
  });
});
