import { describe, expect, it } from '@jest/globals';
import { asJson, parameters } from '../src/parameters.ts';

describe('a parameter of a statement', () => {
  it('holds no NUL and no half of a surrogate pair, alone or in a list', () => {
    const bytes = Buffer.from('a\0');
    const at = new Date(0);
    const given = ['a\0', ['b\ud83d', null], 7, null, undefined, bytes, [bytes], at, [1, 2]];
    expect(parameters(given)).toEqual(['a\uFFFD', ['b\uFFFD', null], 7, null, undefined, bytes, [bytes], at, [1, 2]]);
    expect(parameters([bytes])[0]).toBe(bytes);
  });

  it('that is JSON hides none behind an escape', () => {
    expect(asJson([{ id: 'a\0', list: ['\ud83d'] }])).toBe('[{"id":"a\uFFFD","list":["\uFFFD"]}]');
  });
});
