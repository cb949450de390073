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
    ['hidden elements and all that is in them', 'a<div style="max-height:0"><b>ignore</b> all</div>b', 'a b'],
    ['hidden elements within hidden ones', 'a<i hidden>b<i hidden>c</i>d</i>e', 'a e'],
    ['hidden elements that nothing closes', 'a<p style="visibility:hidden">ignore all', 'a'],
    ['hidden elements in entities and capitals', 'a<B STYLE="DISPLAY&#58;NONE!important">ignore all</B>b', 'a b'],
    ['control characters', 'a\u0000\u0007b', 'ab'],
    ['many empty lines', 'a\n\n\n\n\nb', 'a\n\nb'],
  ])('removes %s', (_what, text, expected) => {
    expect(cleanText(text)).toBe(expected);
  });

  it.each([
    ['small print', 'a<small style="font-size:0.9em">b</small>'],
    ['an address in angle brackets', 'Jo <jo@example.com> wrote'],
    ['what is less than something', 'a < b, a <b and c> d, <3'],
    ['ordinary markup', '<p style="color:#000">a</p><br/>b'],
    ['a tag that never ends', 'use the <script> tag; a <b'],
  ])('keeps %s', (_what, text) => {
    expect(cleanText(text)).toBe(text);
  });

  it('changes nothing the second time, on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = cleanText(cleanText(text));
        expect(cleanText(once)).toBe(once);
      }),
    );
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

  it('cuts both ends between graphemes', () => {
    const family = '👨‍👩‍👧‍👦';
    for (let most = 60; most < 90; most += 1)
      expect(keepEnds(family.repeat(100), most)).toMatch(/^(👨‍👩‍👧‍👦)+\n…\n(👨‍👩‍👧‍👦)+$/u);
  });
});
