import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WaterMarks } from '../../src/lanes/water-marks.ts';

describe('WaterMarks', () => {
  it('is full above a high mark and until under half of both', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), { maxLength: 300 }), (steps) => {
        const marks = new WaterMarks({ highRecords: 10, highBytes: 100 });
        const held: number[] = [];
        let full = false;
        for (const [isAdded, bytes] of steps) {
          const sum = (): number => held.reduce((total, one) => total + one, 0);
          if (isAdded) {
            held.push(bytes);
            const fills: boolean = !full && (held.length > 10 || sum() > 100);
            expect(marks.add(bytes)).toBe(fills);
            full ||= fills;
          } else {
            const removed = held.shift();
            if (removed === undefined) continue;
            const empties: boolean = full && held.length <= 5 && sum() <= 50;
            expect(marks.remove(removed)).toBe(empties);
            if (empties) full = false;
          }
          expect([marks.full, marks.records, marks.bytes]).toEqual([full, held.length, sum()]);
        }
      }),
    );
  });
});
