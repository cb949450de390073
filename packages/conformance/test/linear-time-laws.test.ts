import { describe, expect, it } from '@jest/globals';
import { linearTimeLaws } from '../src/linear-time-laws.ts';
import { costliest } from '../src/text-cost.ts';
import { textFunctions } from './text-functions.ts';

linearTimeLaws(textFunctions);

describe('the law of linear time', () => {
  it('finds a reader that backtracks', () => {
    const cost = costliest({ name: 'trailing blanks', bound: 'nothing', run: (text) => /\s+$/.test(text) });
    expect(cost).toMatchObject({ isLinear: false });
    expect(cost.length).toBeLessThan(1_000_000);
  });

  it('finds a reader that compares all with all', () => {
    const run = (text: string): unknown => {
      const seen: string[] = [];
      for (const word of text.split(' ')) if (!seen.includes(word + seen.length)) seen.push(word + seen.length);
      return seen;
    };
    expect(costliest({ name: 'words', bound: 'nothing', run })).toMatchObject({ isLinear: false });
  });
});
