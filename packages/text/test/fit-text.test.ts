import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { destinations, fitId, fitText, fitValue, headerValue, idOfBytes, lengthOf } from '../src/index.ts';

const any = fc.string({ unit: 'binary' }); // halves of pairs, NUL and every control among it
const hostile = fc.constantFrom(
  '',
  '\0',
  '\ud83d',
  '\udc00',
  '\u001b[2J',
  '\u009b31m',
  '\ufeff',
  '\u202e',
  'ü',
  '😀',
  'a',
);
const texts = fc.tuple(any, hostile, any, hostile).map((parts) => parts.join(''));
const names = Object.keys(destinations) as (keyof typeof destinations)[];

describe('a stranger’s text', () => {
  it.each(names)(
    'fits %s: well-formed, within the limit, the same where it fits, and fitted once and for all',
    (name) => {
      const takes = destinations[name];
      const small = { ...takes, most: takes.most === null ? null : { ...takes.most, count: 24 } };
      fc.assert(
        fc.property(texts, (text) => {
          const fitted = fitText(text, small);
          expect(fitted.isWellFormed()).toBe(true);
          expect(fitText(fitted, small)).toBe(fitted);
          if (!takes.nul) expect(fitted).not.toContain('\0');
          if (small.most !== null) expect(lengthOf(fitted, small.most.measure)).toBeLessThanOrEqual(small.most.count);
          if (takes.controls !== 'taken') expect(fitted).not.toMatch(/(?![\n\t])\p{Cc}/u);
          const fits = /^[a-zü😀 ]*$/u.test(text) && (small.most === null || lengthOf(text, small.most.measure) <= 24);
          if (fits) expect(fitted).toBe(text);
        }),
        { numRuns: 500 },
      );
    },
  );

  it('has U+FFFD for NUL and for half a pair', () => {
    expect(fitText('Printer\0 error', destinations.postgres)).toBe('Printer\uFFFD error');
    expect(fitText('Order \ud83d late', destinations.avro)).toBe('Order \uFFFD late');
    expect(fitText('a\0b', destinations.avro)).toBe('a\0b');
  });

  it('is described for every destination in the README', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    for (const [name, { most }] of Object.entries(destinations)) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
      expect(row).toContain(most === null ? 'unbounded' : `${most.count.toLocaleString('en')} `);
    }
  });
});

describe('an id', () => {
  it('is the same always, and no two are one, whatever they are made of', () => {
    fc.assert(
      fc.property(fc.tuple(texts, texts), ([one, other]) => {
        expect(fitId(fitId(one))).toBe(fitId(one));
        expect(fitId(one) === fitId(other)).toBe(one === other);
        expect(fitId(one)).not.toContain('\0');
        expect(fitId(one).isWellFormed()).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(new Set(['k\0', 'k\ud83d', 'k\ud83e', 'k\uFFFD'].map((id) => fitId(id))).size).toBe(4);
  });

  it('of bytes is that of their text, and bytes that are no UTF-8 stay apart', () => {
    expect(idOfBytes(Buffer.from('shop:1'))).toBe('shop:1');
    expect(idOfBytes(Buffer.from('a\0'))).toBe(fitId('a\0'));
    const keys = [[0xff], [0xfe], [0xed, 0xa0, 0xbd], [0xef, 0xbf, 0xbd]].map((bytes) => idOfBytes(Buffer.from(bytes)));
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(fitId(key)).toBe(key);
  });

  it('keeps control characters, which Kafka and Postgres hold', () => {
    expect(fitId('\u001b[31m1')).toBe('\u001b[31m1');
  });

  it('is no longer than an index takes, and long ones that differ at the end alone stay two', () => {
    const long = 'ü'.repeat(600);
    expect(lengthOf(fitId(`${long}1`), 'bytes')).toBeLessThanOrEqual(1_024);
    expect(fitId(`${long}1`)).not.toBe(fitId(`${long}2`));
    expect(fitId('x'.repeat(1_024))).toBe('x'.repeat(1_024));
  });
});

describe('a value as JSON has it', () => {
  const takes = destinations.postgres;

  it('fits in every text and name, and is the same object where it fitted already', () => {
    const value = { 'k\0': 'v', list: ['a\0', { deep: '\ud83d' }], number: 1, none: null };
    expect(fitValue(value, takes)).toEqual({
      'k\uFFFD': 'v',
      list: ['a\uFFFD', { deep: '\uFFFD' }],
      number: 1,
      none: null,
    });
    const fine = { a: ['b', { c: null }] };
    expect(fitValue(fine, takes)).toBe(fine);
  });

  it('loses no entry whose name becomes that of another', () => {
    const one = fitValue({ 'k\0': '1', 'k\ud83d': '2', 'k\uFFFD': '3' }, takes);
    const other = fitValue({ 'k\uFFFD': '3', 'k\ud83d': '2', 'k\0': '1' }, takes);
    expect(Object.values(one).toSorted()).toEqual(['1', '2', '3']);
    expect(one['k\uFFFD' as keyof typeof one]).toBe('3');
    expect(other).toEqual(one);
  });

  it('leaves bytes alone and keeps a name that is a property of every object', () => {
    const bytes = Buffer.from('a\0');
    expect(fitValue({ bytes }, takes).bytes).toBe(bytes);
    expect(Object.entries(fitValue(JSON.parse('{"__proto__":"a\\u0000"}'), takes))).toEqual([['__proto__', 'a\uFFFD']]);
  });

  it('is fitted once and for all, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything({ key: texts, values: [texts] }), (value) => {
        const fitted = fitValue(value, takes);
        expect(fitValue(fitted, takes)).toBe(fitted);
        expect(JSON.stringify(fitted) ?? '').not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/);
      }),
    );
  });
});

describe('a header value', () => {
  it('is visible ASCII, and itself where it is that already', () => {
    fc.assert(fc.property(texts, (text) => expect(headerValue(text)).toMatch(/^[\x20-\x7e]*$/)));
    expect(headerValue('b1f0c0de-5f6e')).toBe('b1f0c0de-5f6e');
    expect(headerValue('a\r\nx: y')).toBe('a%0D%0Ax%3A%20y');
  });
});
