import { describe, expect, it } from '@jest/globals';
import { isUnprepared } from '../src/pool.ts';

const state = (code: string): Error => Object.assign(new Error('a failure'), { code });

describe('a session that another prepared', () => {
  it.each([
    [state('26000'), true],
    [state('42P05'), true],
    [state('42P01'), false],
    [new Error('prepared statement'), false],
  ])('is told by %p: %p', (thrown, isTold) => {
    expect(isUnprepared(thrown)).toBe(isTold);
  });
});
