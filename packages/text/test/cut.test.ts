import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cut, cutMiddle, lengthOf, type Measure } from '../src/index.ts';

const family = '👨‍👩‍👧‍👦';
const flag = '🇩🇪';
const accented = 'é́';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Places between two graphemes, by segmenting the whole text: slow, and right. */
const places = (text: string): ReadonlySet<number> =>
  new Set([...[...graphemes.segment(text)].map(({ index }) => index), text.length]);

const texts = fc
  .array(
    fc.constantFrom(
      family,
      flag,
      accented,
      '👍🏽',
      'a',
      ' ',
      '漢',
      'ü',
      '\r\n',
      'क्षि',
      '\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}',
      '한',
      '\u0600',
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));
const measures = fc.constantFrom<Measure>('utf16', 'characters', 'bytes');
const wellFormed = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed());

describe('a text that is cut', () => {
  it.each([
    ['an emoji', 'ab😀', 3, 'ab'],
    ['a flag', `ab${flag}`, 4, 'ab'],
    ['the second flag of two', `${flag}${flag}`, 6, flag],
    ['a family', `ab${family}`, 8, 'ab'],
    ['an accented letter', `ab${accented}`, 3, 'ab'],
    ['a skin tone', 'ab👍🏽', 4, 'ab'],
  ])('is not cut inside %s', (_, text, most, expected) => {
    expect(cut(text, most)).toBe(expected);
  });

  it('is cut between graphemes, whatever it is made of, and as late as the limit lets it', () => {
    fc.assert(
      fc.property(fc.tuple(texts, fc.integer({ min: 12, max: 200 }), measures), ([text, most, measure]) => {
        const kept = cut(text, most, { measure });
        expect(lengthOf(kept, measure)).toBeLessThanOrEqual(most);
        expect(text.startsWith(kept)).toBe(true);
        const between = [...places(text)];
        const latest = between.findLast((at) => lengthOf(text.slice(0, at), measure) <= most) as number;
        expect(kept.length).toBe(latest === 0 && kept !== '' ? kept.length : latest);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is within its limit, well-formed, the same where it fits, and the same when cut again', () => {
    fc.assert(
      fc.property(
        fc.tuple(wellFormed, fc.integer({ min: 0, max: 40 }), measures, fc.constantFrom('', '…')),
        ([text, most, measure, mark]) => {
          const kept = cut(text, most, { measure, mark });
          expect(lengthOf(kept, measure)).toBeLessThanOrEqual(most);
          expect(kept.isWellFormed()).toBe(true);
          if (lengthOf(text, measure) <= most) expect(kept).toBe(text);
          expect(cut(kept, most, { measure, mark })).toBe(kept);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('keeps something of a first grapheme that is longer than the limit', () => {
    expect(cut(`a${'\u0301'.repeat(300)}`, 150)).toHaveLength(150);
    expect(cut(family, 4)).toBe('👨‍');
  });

  it('keeps both its ends where the middle goes, each whole', () => {
    fc.assert(
      fc.property(
        fc.tuple(texts, fc.integer({ min: 0, max: 150 }), fc.double({ min: 0, max: 1, noNaN: true })),
        ([text, most, head]) => {
          const kept = cutMiddle(text, most, { gap: '\n…\n', head });
          expect(kept.length).toBeLessThanOrEqual(most);
          expect(kept.isWellFormed()).toBe(true);
          expect(cutMiddle(kept, most, { gap: '\n…\n', head })).toBe(kept);
          if (text.length <= most) expect(kept).toBe(text);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(cutMiddle(`${family.repeat(10)}`, 30, { gap: '…', head: 0.5 })).toBe(`${family}…${family}`);
  });
});

describe('a text of 1 MB', () => {
  const kinds: readonly (readonly [string, string])[] = [
    ['letters', 'a'.repeat(1_000_000)],
    ['one letter under a million marks', `a${'\u0301'.repeat(1_000_000)}`],
    ['flags', flag.repeat(250_000)],
    ['joined emoji', '👨\u200d'.repeat(333_333)],
    ['Hangul that never closes', '\u1100'.repeat(1_000_000)],
    ['prefixes', '\u0600'.repeat(1_000_000)],
    ['halves of pairs', '\ud83d'.repeat(1_000_000)],
    ['markup', '<a style="font-size:0">'.repeat(43_000)],
  ];
  it.each(kinds)('of %s is cut in the time that its limit takes', (_, text) => {
    const started = performance.now();
    for (const measure of ['utf16', 'characters', 'bytes'] as const) {
      for (const most of [150, 8_000, 65_535, 500_001]) {
        expect(lengthOf(cut(text, most, { measure }), measure)).toBeLessThanOrEqual(most);
        cutMiddle(text, most, { gap: '…', head: 0.75 });
      }
    }
    // 24 cuts: what looked at every grapheme of a text would take most of a second for each.
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('of flags is cut at a pair, however far away the run of them begins', () => {
    expect(cut(`a${flag.repeat(20_000)}`, 40_003)).toHaveLength(40_001);
  });
});
