import { describe, expect, it } from '@jest/globals';
import { measure, type Scored } from '../../src/train/measure.ts';

const scored = (predicted: string, truth: string, confidence: number): Scored => ({ predicted, truth, confidence });

describe('measure', () => {
  it('counts accuracy, macro-F1 and the coverage curve', () => {
    const report = measure([
      scored('a', 'a', 0.9),
      scored('a', 'b', 0.4),
      scored('b', 'b', 0.9),
      scored('b', 'b', 0.9),
    ]);
    expect(report.accuracy).toBe(0.75);
    // a: P 1/2, R 1 → 2/3; b: P 1, R 2/3 → 4/5
    expect(report.macroF1).toBeCloseTo((2 / 3 + 4 / 5) / 2, 3);
    expect(report.coverage.find(({ threshold }) => threshold === 0.5)).toEqual({
      threshold: 0.5,
      coverage: 0.75,
      accuracy: 1,
    });
    expect(report.coverage.find(({ threshold }) => threshold === 0.95)).toEqual({
      threshold: 0.95,
      coverage: 0,
      accuracy: null,
    });
  });

  it('finds no calibration error where confidence is the share that is right', () => {
    const half = Array.from({ length: 10 }, (_, at) => scored('a', at < 5 ? 'a' : 'b', 0.5));
    expect(measure(half).ece).toBe(0);
    expect(measure(half.map((item) => ({ ...item, confidence: 0.9 }))).ece).toBeCloseTo(0.4, 6);
  });
});
