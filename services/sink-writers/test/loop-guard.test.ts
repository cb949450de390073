import { describe, expect, it } from '@jest/globals';
import { createLoopGuard } from '../src/loop-guard.ts';

describe('loop guard', () => {
  it('lets a key be written so often within an hour, and again later', () => {
    let at = 0;
    const guard = createLoopGuard({ mostPerHour: 2, now: () => at });
    expect([guard.written('a'), guard.written('a')]).toEqual([1, 2]);
    expect(() => guard.check('a')).toThrow(
      expect.objectContaining({ code: 'X_ROUTE_LOOP', disposition: { kind: 'halt' } }),
    );
    guard.check('b');
    at = 3_600_000;
    guard.check('a');
    expect(guard.written('a')).toBe(1);
  });

  it('forgets the key that was written longest ago when it knows too many', () => {
    const guard = createLoopGuard({ mostPerHour: 1, now: () => 0, mostKeys: 2 });
    for (const key of ['a', 'b', 'a', 'c']) guard.written(key);
    guard.check('b');
    expect(() => guard.check('a')).toThrow();
  });

  it('begins anew when an operator has looked', () => {
    const guard = createLoopGuard({ mostPerHour: 1, now: () => 0 });
    guard.written('a');
    guard.clear();
    guard.check('a');
  });
});
