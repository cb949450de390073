import { describe, expect } from '@jest/globals';
import { law } from './harness.ts';
import { costliest, type TextFunction } from './text-cost.ts';

/**
 * Each function takes time that grows with its input's length and no faster, on every hostile text. What is measured
 * is how the thread's own processor time grows when the input does, so that a busy machine changes nothing.
 */
export function linearTimeLaws(functions: readonly TextFunction[]): void {
  describe.each(functions.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    law('takes time that grows with a hostile text and no faster', () => {
      const cost = costliest(one);
      expect(cost).toEqual({ ...cost, isLinear: true });
    });
  });
}
