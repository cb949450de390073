import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sequenceOf } from '../src/sequence.ts';

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
