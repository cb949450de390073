import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeFinished, encodeFinished } from '../../src/lanes/finished-bitmap.ts';
import { decodeTenure, encodeTenure, maxNotedCrashes, type TenureNote } from '../../src/lanes/tenure-note.ts';

/** With room behind it for what is finished. */
const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER - 50_000 });
const note: fc.Arbitrary<TenureNote> = fc.record({
  owner: fc.stringMatching(/^[\w-]{0,12}$/),
  deaths: fc.nat(),
  running: fc.option(offset),
  crashes: fc.array(fc.tuple(offset, fc.nat()), { maxLength: maxNotedCrashes }).map((pairs) => new Map(pairs)),
});

describe('the note of an owner', () => {
  it('is read back behind what is finished, and neither disturbs the other', () => {
    fc.assert(
      fc.property(note, offset, fc.uniqueArray(fc.nat({ max: 40_000 }), { maxLength: 2_000 }), (given, base, some) => {
        const finished = some.map((one) => base + 1 + one).toSorted((a, b) => a - b);
        const metadata = encodeFinished(base, finished) + encodeTenure(base, given);
        expect(decodeTenure(metadata, base)).toEqual(given);
        expect([...decodeFinished(metadata, base)]).toEqual([...decodeFinished(encodeFinished(base, finished), base)]);
        expect(metadata.length).toBeLessThanOrEqual(4_096);
      }),
    );
  });

  it('ends at the last offset that there can be', () => {
    const base = Number.MAX_SAFE_INTEGER;
    const text = `f1.r.${base.toString(36)}.${Buffer.from([1, 100]).toString('base64url')}`;
    expect(decodeFinished(text, base).size).toBe(0);
  });

  it('says nothing at another offset', () => {
    fc.assert(
      fc.property(note, offset, (given, base) => {
        expect(decodeTenure(encodeTenure(base, given), base + 1)).toBeNull();
      }),
    );
  });

  it('reads nothing into what a stranger left, and never throws', () => {
    const damaged = [';t1', ';t1.0.me', ';t1.0.me.1', ';t1.0.me..', ';t1.0.me.x!.', ';t1.0.me.1.2.3', ';t2.0.me.1.'];
    for (const text of ['', ';', 'f1.b.0.AQ', ...damaged]) expect(decodeTenure(text, 0)).toBeNull();
    fc.assert(
      fc.property(fc.string(), offset, (text, base) => {
        decodeTenure(text, base);
        decodeTenure(`;t1.${base.toString(36)}.${text}`, base);
        decodeFinished(text, base);
      }),
    );
  });
});
