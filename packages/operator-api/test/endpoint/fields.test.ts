import { describe, expect, it } from '@jest/globals';
import { timeFrom } from '../../src/index.ts';

describe('timeFrom', () => {
  it('resolves how long ago, ISO times and milliseconds, and refuses the rest', () => {
    const now = 1_800_000_000_000;
    expect(timeFrom('2h', now)).toBe(now - 7_200_000);
    expect(timeFrom('2026-11-22T10:00:00Z', now)).toBe(Date.UTC(2026, 10, 22, 10));
    expect(timeFrom(String(now), now)).toBe(now);
    expect(timeFrom('yesterday', now)).toBeNull();
  });
  it('makes no time of what only looks like one, and none before the first', () => {
    const now = 1_800_000_000_000;
    expect(timeFrom('99999999999999999999d', now)).toBe(0);
    for (const text of ['1', '-1', '2026', 'May', '2026-02-30', '+275760-09-13T00:00:00Z', '9'.repeat(30)])
      expect([text, timeFrom(text, now)]).toEqual([text, null]);
    expect(timeFrom('1800000000', now)).toBe(now);
    expect(timeFrom('2026-11-22', now)).toBe(Date.UTC(2026, 10, 22));
  });
});
