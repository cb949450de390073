import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countFeatures, weigh, words } from '../../src/embedded/features.ts';

const buckets = 2 ** 12;
const flat = new Float32Array(buckets).fill(1);

describe('features', () => {
  it('reads words in any script, in one form', () => {
    expect(words('It’s ＭＹ card, Größe 42!')).toEqual(["it's", 'my', 'card', 'größe', '42']);
  });

  it('keeps words in the lower and characters in the upper half of the buckets', () => {
    const counts = countFeatures('my card has not arrived', buckets);
    expect(counts.words.buckets.every((bucket) => bucket < buckets / 2)).toBe(true);
    expect(counts.characters.buckets.every((bucket) => bucket >= buckets / 2 && bucket < buckets)).toBe(true);
  });

  it('normalises words and characters to length one each, on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const counts = countFeatures(text, buckets);
        const { value } = weigh(counts, flat);
        const square = value.reduce((sum, weight) => sum + weight * weight, 0);
        expect(square).toBeCloseTo(
          Math.min(1, counts.words.buckets.length) + Math.min(1, counts.characters.buckets.length),
          6,
        );
      }),
    );
  });

  it('makes the same features of the same text, and others of another', () => {
    const of = (text: string): readonly number[] => [...weigh(countFeatures(text, buckets), flat).index];
    expect(of('lost card')).toEqual(of('Lost  CARD'));
    expect(of('lost card')).not.toEqual(of('card lost'));
  });
});
