import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isStatement, isVersion, sequenceFrom, sequenceOf, statedInstant, statedNumber } from '../src/sequence.ts';

const time = fc.integer({ min: 0, max: 10 ** 15 - 1 });
const offset = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('sequenceOf', () => {
  it('is fifteen digits, a dash and nineteen digits', () => {
    expect(sequenceOf(1_750_000_000_000, 42)).toBe('001750000000000-0000000000000000042');
  });

  it('compares as text exactly as time, then offset, compare as numbers', () => {
    fc.assert(
      fc.property(time, offset, time, offset, (timeA, offsetA, timeB, offsetB) => {
        const a = Buffer.from(sequenceOf(timeA, offsetA));
        const b = Buffer.from(sequenceOf(timeB, offsetB));
        expect(Math.sign(Buffer.compare(a, b))).toBe(Math.sign(timeA - timeB) || Math.sign(offsetA - offsetB));
      }),
    );
  });

  it('puts the events of one key in one record in the order of the record, after whatever came before it', () => {
    const ordinal = fc.integer({ min: 0, max: 999_999 });
    fc.assert(
      fc.property(offset, ordinal, offset, ordinal, (offsetA, ordinalA, offsetB, ordinalB) => {
        const a = Buffer.from(sequenceOf(7, offsetA, ordinalA));
        const b = Buffer.from(sequenceOf(7, offsetB, ordinalB));
        expect(Math.sign(Buffer.compare(a, b))).toBe(Math.sign(offsetA - offsetB) || Math.sign(ordinalA - ordinalB));
      }),
    );
    expect(sequenceOf(7, 42, 0)).toBe(sequenceOf(7, 42));
    expect(sequenceOf(7, 42, 3)).toBe('000000000000007-0000000000000000042-000003');
  });

  it.each([-1, 1.5, 1_000_000])('refuses the ordinal %p, which would not compare', (bad) => {
    expect(() => sequenceOf(0, 0, bad)).toThrow(RangeError);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 10 ** 15])('refuses the time %p with a code', (bad) => {
    expect(() => sequenceOf(bad, 0)).toThrow(expect.objectContaining({ code: 'X_SEQUENCE_TIME' }));
  });

  it('drops fractions of a millisecond', () => {
    expect(sequenceOf(1.9, 0)).toBe(sequenceOf(1, 0));
  });
});

describe('sequenceFrom', () => {
  const at = { timestamp: 1_795_170_000_000, offset: 42 };
  const inOrder = (...sequences: string[]): boolean =>
    sequences.every(
      (sequence, n) => n === 0 || Buffer.compare(Buffer.from(sequences[n - 1] ?? ''), Buffer.from(sequence)) < 0,
    );

  it('is the log`s where nothing is stated, and of one moment the later record is the newer', () => {
    expect(sequenceFrom(null, at)).toBe('001795170000000-0000000000000000042');
    expect(inOrder(sequenceFrom(null, at), sequenceFrom(null, { ...at, offset: 43 }))).toBe(true);
  });

  it('is what a producer states, and of two equal statements the later record is the newer', () => {
    const [older, newer] = [statedInstant(1_795_166_400_000), statedInstant(1_795_170_000_000)];
    const late = { timestamp: at.timestamp + 60_000, offset: 99 };
    expect(inOrder(sequenceFrom(older, late), sequenceFrom(newer, at))).toBe(true);
    expect(inOrder(sequenceFrom(newer, at), sequenceFrom(newer, { ...at, offset: 43 }))).toBe(true);
  });

  it('counts as numbers do, however many digits they have, and puts a count above every time', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }),
        fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }),
        (a, b) => {
          fc.pre(a !== b);
          const [low, high] = a < b ? [a, b] : [b, a];
          expect(inOrder(sequenceFrom(statedNumber(low), at), sequenceFrom(statedNumber(high), at))).toBe(true);
        },
      ),
    );
    expect(inOrder(sequenceOf(10 ** 15 - 1, 0), sequenceFrom(statedNumber(0), at))).toBe(true);
  });

  it('takes an event that states nothing for as old as its place in the log', () => {
    const before = sequenceFrom(statedInstant(at.timestamp - 1), { ...at, offset: 50 });
    const after = sequenceFrom(statedInstant(at.timestamp + 1), { ...at, offset: 10 });
    expect(inOrder(before, sequenceFrom(null, at), after)).toBe(true);
  });

  it('keeps one that is complete, whoever made it', () => {
    const complete = sequenceOf(7, 8, 9);
    expect([complete, 'somebody`s'].map((sequence) => sequenceFrom(sequence, at))).toEqual([complete, 'somebody`s']);
    expect([statedInstant(7), statedNumber(7), complete].map(isStatement)).toEqual([true, true, false]);
  });

  it.each([-1, 1.5, 2 ** 53, 10n ** 19n, -1n])('refuses the count %p', (count) => {
    expect(() => statedNumber(count)).toThrow(RangeError);
  });
});

describe('isVersion', () => {
  const now = 1_795_170_000_000;
  it.each([
    ['now', now, true],
    ['in a few hours, as a time zone taken for another says', now + 14 * 3_600_000, true],
    ['in two days', now + 2 * 86_400_000, false],
    ['in the year 9999', 253_402_300_799_000, false],
    ['at the beginning of time, as programs write that have none', 0, false],
    ['before it', -62_135_596_800_000, false],
    ['never', Number.NaN, false],
  ])('takes an instant %s for one: %p', (_, instant, expected) => {
    expect(isVersion(instant, now)).toBe(expected);
  });
});
