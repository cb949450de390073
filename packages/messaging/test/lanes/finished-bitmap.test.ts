import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeFinished, encodeFinished, maxFinishedWindow } from '../../src/lanes/finished-bitmap.ts';

/** What brokers accept in a commit unless told otherwise. */
const maxMetadata = 4_096;

const base = fc.oneof(fc.nat(5_000), fc.integer({ min: 2 ** 40, max: 2 ** 52 }));
/** Offsets above the base, rising: alone, in long runs, with gaps of any length. */
const finishedAbove = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 60 })), { maxLength: 120 })
  .map((runs) => {
    const steps: number[] = [];
    let at = 0;
    for (const [gap, length] of runs) {
      at += gap;
      for (let count = 0; count < length; count += 1) steps.push(at++);
    }
    return steps;
  });

describe('the finished offsets in a commit’s metadata', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(base, finishedAbove, (from, steps) => {
        const finished = steps.map((step) => from + step);
        expect([...decodeFinished(encodeFinished(from, finished), from)]).toEqual(finished);
      }),
    );
  });

  it('say nothing about another offset than the committed one', () => {
    fc.assert(
      fc.property(base, finishedAbove, fc.integer({ min: -50, max: 50 }), (from, steps, by) => {
        fc.pre(by !== 0);
        const text = encodeFinished(
          from,
          steps.map((step) => from + step),
        );
        expect(decodeFinished(text, from + by).size).toBe(0);
      }),
    );
  });

  it('never claim an offset that is not finished, and fit into a commit, whatever is finished', () => {
    const density = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(base, fc.integer({ min: 1, max: 60_000 }), density, fc.nat(), (from, span, share, seed) => {
        const finished: number[] = [];
        let random = seed;
        for (let step = 1; step <= span; step += 1) {
          random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
          if (random / 2 ** 32 < share) finished.push(from + step);
        }
        const text = encodeFinished(from, finished);
        expect(text.length).toBeLessThanOrEqual(maxMetadata);
        const told = decodeFinished(text, from);
        const all = new Set(finished);
        expect([...told].every((offset) => all.has(offset))).toBe(true);
        // Within its window it leaves nothing out.
        const near = finished.filter((offset) => offset - from < maxFinishedWindow);
        expect(near.every((offset) => told.has(offset))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('are a few bytes for one slow record before a full window', () => {
    const finished = Array.from({ length: maxFinishedWindow }, (_, step) => 1_000_001 + step);
    const text = encodeFinished(1_000_000, finished);
    expect(text.length).toBeLessThan(24);
    expect(decodeFinished(text, 1_000_000).size).toBe(maxFinishedWindow);
  });

  it('are nothing where nothing is finished', () => {
    expect(encodeFinished(7, [])).toBe('');
    expect(decodeFinished('', 7).size).toBe(0);
  });

  it('make nothing of another program’s text or a damaged one, and never cost memory', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.nat(100), (text, offset) => {
        for (const metadata of [text, `f1.b.${offset.toString(36)}.${text}`, `f1.r.${offset.toString(36)}.${text}`]) {
          const told = decodeFinished(metadata, offset);
          expect(told.size).toBeLessThanOrEqual(4 * maxFinishedWindow);
          for (const one of told) expect(one).toBeGreaterThanOrEqual(offset);
        }
      }),
      { numRuns: 500 },
    );
    const endless = Buffer.from([1, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]).toString('base64url');
    expect(decodeFinished(`f1.r.0.${endless}`, 0).size).toBe(0);
    expect(decodeFinished(`f1.b.0.${Buffer.alloc(9_000, 255).toString('base64url')}`, 0).size).toBe(0);
  });
});
