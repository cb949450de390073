import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CommitTracker, isKnownFinished, knownFinished, nothingFinished } from '../../src/lanes/commit-tracker.ts';

/** Offsets with gaps, as a compacted or transactional partition has them, and an order to finish them in. */
const partition = fc
  .tuple(fc.nat(1_000), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 600 }))
  .map(([start, steps]) => {
    let offset = start;
    return steps.map((by) => {
      offset += by;
      return offset;
    });
  });
const finishing = partition.chain((offsets) =>
  fc.tuple(fc.constant(offsets), fc.shuffledSubarray(offsets, { minLength: 0, maxLength: offsets.length })),
);

describe('CommitTracker', () => {
  it('commits up to the first record not finished, and no further', () => {
    fc.assert(
      fc.property(finishing, ([offsets, order]) => {
        const tracker = new CommitTracker();
        const slots = new Map(offsets.map((offset) => [offset, tracker.accept(offset, offset)]));
        const done = new Set<number>();
        for (const offset of order) {
          const before = tracker.next() as number;
          const moved = tracker.finish(slots.get(offset) as number);
          done.add(offset);
          const open = offsets.find((one) => !done.has(one));
          const expected = open ?? (offsets.at(-1) as number) + 1;
          expect(tracker.next()).toBe(expected);
          expect(moved).toBe(expected !== before);
          expect(tracker.oldestTimestamp()).toBe(open ?? null);
        }
        const next = tracker.next() as number;
        expect([...tracker.finishedBeyond()]).toEqual([...done].filter((one) => one > next).sort((a, b) => a - b));
      }),
    );
  });

  it('keeps its place while records come and go for ever', () => {
    const tracker = new CommitTracker();
    const open: number[] = [];
    for (let offset = 0; offset < 5_000; offset += 1) {
      open.push(tracker.accept(offset, 0));
      if (open.length > 300) tracker.finish(open.shift() as number);
    }
    expect(tracker.window).toBe(300);
    expect(tracker.next()).toBe(4_700);
  });

  it('counts offsets that never came as finished', () => {
    const tracker = new CommitTracker();
    const first = tracker.accept(5, 0);
    tracker.accept(9, 0);
    tracker.finish(first);
    expect(tracker.next()).toBe(9);
  });

  it('counts what its reader has passed as finished, and nothing that has come', () => {
    const tracker = new CommitTracker();
    tracker.pass(3);
    expect(tracker.next()).toBe(3);
    const first = tracker.accept(5, 0);
    tracker.pass(9);
    expect(tracker.next()).toBe(5);
    tracker.finish(first);
    expect(tracker.next()).toBe(9);
    tracker.pass(4);
    expect(tracker.next()).toBe(9);
    tracker.accept(9, 0);
    expect(tracker.next()).toBe(9);
  });

  it('knows nothing to commit before the first record', () => {
    expect(new CommitTracker().next()).toBeNull();
  });

  it('finishes a slot once', () => {
    const tracker = new CommitTracker();
    const slot = tracker.accept(0, 0);
    expect([tracker.finish(slot), tracker.finish(slot), tracker.finish(7)]).toEqual([true, false, false]);
  });

  it('refuses an offset that does not rise', () => {
    const tracker = new CommitTracker();
    tracker.accept(5, 0);
    expect(() => tracker.accept(5, 0)).toThrow(RangeError);
  });
});

describe('knownFinished', () => {
  it('is exactly what was finished, over any number of rebalances', () => {
    fc.assert(
      fc.property(partition, fc.array(fc.tuple(fc.nat(600), fc.nat(600)), { maxLength: 4 }), (offsets, rounds) => {
        let known = nothingFinished;
        const done = new Set<number>();
        for (const [reach, seed] of rounds) {
          const tracker = new CommitTracker();
          // A refetch begins at any offset that was committed, never beyond what is finished.
          const from = offsets.findIndex((offset) => !done.has(offset));
          for (const offset of offsets.slice(Math.max(0, from - (seed % 7)), Math.max(0, from) + reach)) {
            const slot = tracker.accept(offset, 0);
            if (isKnownFinished(known, offset)) tracker.finish(slot);
            else if ((offset * 31 + seed) % 3 === 0) {
              tracker.finish(slot);
              done.add(offset);
            }
          }
          known = knownFinished(tracker, known);
          for (const offset of offsets)
            expect([offset, isKnownFinished(known, offset)]).toEqual([offset, done.has(offset)]);
        }
      }),
    );
  });
});
