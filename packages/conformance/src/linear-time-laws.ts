import { describe, expect, it } from '@jest/globals';
import { costliest, type TextFunction } from './text-cost.ts';

/** A busy machine may take ten times what it costs; that is measured in processor time. */
const longestMs = 600_000;

/**
 * Each function takes time that grows with its input's length and no faster, on every hostile text. What is measured
 * is how the thread's own processor time grows when the input does, so that a busy machine changes nothing.
 */
export function linearTimeLaws(functions: readonly TextFunction[]): void {
  describe.each(functions.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    it(
      'takes time that grows with a hostile text and no faster',
      () => {
        const cost = costliest(one);
        expect(cost).toEqual({ ...cost, isLinear: true });
      },
      longestMs,
    );
  });
}
