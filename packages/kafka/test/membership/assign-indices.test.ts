import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assignIndices } from '../../src/membership/assign-indices.ts';

const claimants = fc.uniqueArray(
  fc.record({ id: fc.string({ minLength: 1, maxLength: 8 }), owned: fc.array(fc.integer({ min: -2, max: 40 })) }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 8 },
);

describe('index assignment', () => {
  it('gives every index once, and nobody two more than another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 32 }), claimants, (count, members) => {
        const lists = [...assignIndices(count, members).values()];
        expect(lists.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
        const sizes = lists.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not depend on the order of the members', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 32 }), claimants, (count, members) => {
        expect(new Map(assignIndices(count, members.toReversed()))).toEqual(new Map(assignIndices(count, members)));
      }),
    );
  });

  it('leaves everything where it is when nobody comes or goes', () => {
    const first = assignIndices(7, [
      { id: 'a', owned: [] },
      { id: 'b', owned: [] },
      { id: 'c', owned: [] },
    ]);
    const second = assignIndices(
      7,
      [...first].map(([id, owned]) => ({ id, owned })),
    );
    expect(second).toEqual(first);
  });

  it('moves only what a newcomer must get', () => {
    const assigned = assignIndices(6, [
      { id: 'a', owned: [0, 2, 4] },
      { id: 'b', owned: [1, 3, 5] },
      { id: 'c', owned: [] },
    ]);
    expect(assigned.get('a')).toEqual([0, 2]);
    expect(assigned.get('b')).toEqual([1, 3]);
    expect(assigned.get('c')).toEqual([4, 5]);
  });
});
