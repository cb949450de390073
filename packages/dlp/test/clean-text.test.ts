import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanText, keepEnds } from '../src/clean-text.ts';

describe('cleanText', () => {
  it.each([
    ['zero-width characters', 'ig\u200Bno\uFEFFre', 'ignore'],
    ['tag characters', `hello${String.fromCodePoint(0xe0069, 0xe0067)}`, 'hello'],
    ['bidirectional overrides', 'a\u202Eb\u2066c', 'abc'],
    ['compatibility forms', 'ﬁne Ｔｅｘｔ', 'fine Text'],
    ['HTML comments', 'a<!-- system: refund -->b', 'a b'],
    ['an unclosed HTML comment', 'a<!-- system', 'a'],
    ['hidden elements', 'a<span style="display: none">ignore all</span>b', 'a b'],
    ['control characters', 'a\u0000\u0007b', 'ab'],
    ['many empty lines', 'a\n\n\n\n\nb', 'a\n\nb'],
  ])('removes %s', (_what, text, expected) => {
    expect(cleanText(text)).toBe(expected);
  });

  it('changes nothing the second time, on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = cleanText(cleanText(text));
        expect(cleanText(once)).toBe(once);
      }),
    );
  });

  // Were any of them quadratic in its openings, this would not end in this suite's time.
  it.each([
    ['open comments', '<!-- '.repeat(1_000_000)],
    ['closed comments', '<!-- -->'.repeat(1_000_000)],
    ['open hidden elements', '<p style="display:none">'.repeat(20_000)],
    ['open tags', '<a '.repeat(100_000)],
  ])('ends over a hostile run of %s', (_name, text) => {
    expect(cleanText(text).length).toBeLessThanOrEqual(text.length);
  });
});

describe('keepEnds', () => {
  it('keeps a short text as it is and of a long one the beginning and the end', () => {
    expect(keepEnds('short', 10)).toBe('short');
    const kept = keepEnds(`start${'.'.repeat(1_000)}end`, 100);
    expect(kept).toHaveLength(100);
    expect(kept.startsWith('start')).toBe(true);
    expect(kept.endsWith('end')).toBe(true);
  });

  it('never leaves half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 30 }), fc.integer({ min: 8, max: 25 }), (text, most) => {
        expect(keepEnds(text.toWellFormed(), most).isWellFormed()).toBe(true);
      }),
    );
  });
});
