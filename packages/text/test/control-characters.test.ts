import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapedJson, escapedLine, escapedLines, withoutControls } from '../src/index.ts';

const any = fc.string({ unit: 'binary' });
const steering = /[\p{Cc}\p{Cs}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/u;

describe('what a terminal is shown', () => {
  it.each([
    ['ESC', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['C1', 'c1 \u009b31m red', 'c1 \\u009b31m red'],
    ['DEL', 'a\u007f', 'a\\u007f'],
    ['NUL', 'a\0', 'a\\u0000'],
    ['an override of direction', 'a\u202eb', 'a\\u202eb'],
    ['an isolate', 'a\u2066b', 'a\\u2066b'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['a byte order mark', '\ufeffa', '\\ufeffa'],
    ['half a pair', '\ud83d', '\\ud83d'],
    ['a line break', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
  ])('has %s escaped', (_, text, shown) => {
    expect(escapedLine(text)).toBe(shown);
  });

  it('never holds a character that steers, and is escaped once and for all', () => {
    fc.assert(
      fc.property(any, (text) => {
        expect(escapedLine(text)).not.toMatch(steering);
        expect(escapedLines(text).replaceAll(/[\n\t]/g, '')).not.toMatch(steering);
        expect(escapedLine(escapedLine(text))).toBe(escapedLine(text));
      }),
    );
  });

  it('keeps emoji, flags, families and right-to-left letters as they are', () => {
    const text = 'שלום 👨‍👩‍👧‍👦 🇩🇪 é';
    expect(escapedLine(text)).toBe(text);
  });
});

describe('JSON for a terminal', () => {
  it('is the same value and holds no raw control character', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
        const value: unknown = JSON.parse(text);
        expect(escapedJson(value)).not.toMatch(steering);
        expect(JSON.parse(escapedJson(value, 2))).toEqual(value);
      }),
    );
    expect(escapedJson({ subject: 'c1 \u009b31m\u007f\u202e' })).toBe('{"subject":"c1 \\u009b31m\\u007f\\u202e"}');
  });
});

describe('a text without controls', () => {
  it('has line feeds for line breaks and U+FFFD for the rest', () => {
    expect(withoutControls('a\r\nb\rc\td\u001b[2J')).toBe('a\nb\nc\td\uFFFD[2J');
  });
});
