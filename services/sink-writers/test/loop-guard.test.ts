import { describe, expect, it } from '@jest/globals';
import { createLoopGuard, type LoopGuard } from '../src/loop-guard.ts';

const loop = (kind: string): unknown => expect.objectContaining({ code: 'X_ROUTE_LOOP', disposition: { kind } });

/** Our write makes version 0, and each echo is answered with a write that makes the next. */
function goRound(guard: LoopGuard, key: string, times: number): void {
  guard.written(key, 0, false);
  for (let version = 0; version < times; version += 1) guard.written(key, version + 1, guard.check(key, version));
}

describe('loop guard', () => {
  it('ends a loop with a dead letter after so many of our own updates came back, and only that', () => {
    const guard = createLoopGuard({ mostPerHour: 3, now: () => 0 });
    goRound(guard, 'a', 3);
    expect(() => guard.check('a', 3)).toThrow(loop('dead-letter') as Error);
    expect(guard.check('a', 777)).toBe(false);
    expect(guard.check('b', 3)).toBe(false);
  });

  it('counts no update that we did not bring about, however many there are', () => {
    const guard = createLoopGuard({ mostPerHour: 3, now: () => 0 });
    for (let at = 0; at < 100; at += 1) {
      expect(guard.check('a', at * 10 + 1)).toBe(false);
      guard.written('a', at * 10, false);
    }
    expect([guard.check('a', null), guard.check('a', 990)]).toEqual([false, true]);
  });

  it('goes on with the key an hour later', () => {
    let at = 0;
    const guard = createLoopGuard({ mostPerHour: 3, now: () => at });
    goRound(guard, 'a', 3);
    at = 3_600_000;
    expect(guard.check('a', 3)).toBe(true);
  });

  it('halts the route when many keys loop', () => {
    const guard = createLoopGuard({ mostPerHour: 1, now: () => 0, mostLoops: 3 });
    for (const key of ['a', 'b', 'c']) goRound(guard, key, 1);
    for (const key of ['a', 'b', 'a']) expect(() => guard.check(key, 1)).toThrow(loop('dead-letter') as Error);
    expect(() => guard.check('c', 1)).toThrow(loop('halt') as Error);
  });

  it('forgets the key that was written longest ago when it knows too many', () => {
    const guard = createLoopGuard({ mostPerHour: 1, now: () => 0, mostKeys: 2 });
    for (const key of ['a', 'b', 'a', 'c']) guard.written(key, 1, false);
    expect([guard.check('a', 1), guard.check('b', 1), guard.check('c', 1)]).toEqual([true, false, true]);
  });

  it('begins anew when an operator has looked', () => {
    const guard = createLoopGuard({ mostPerHour: 1, now: () => 0 });
    goRound(guard, 'a', 1);
    guard.clear();
    expect(guard.check('a', 1)).toBe(false);
  });
});
