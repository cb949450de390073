import { describe, expect, it } from '@jest/globals';
import { atMost, describeFigures, median } from '../src/figure.ts';
import { usageOfTree } from '../src/process-tree.ts';

describe('a figure', () => {
  const base = { name: 'start.warm', unit: 's', limit: 4, cpuSeconds: 12.345, rssMb: 1_500.4 };

  it('is the median of its runs, as a ratio to the limit of the same run', () => {
    expect(atMost(10, { ...base, runs: [9, 7, 30] })).toEqual({
      ...base,
      ours: 9,
      ratio: 2.25,
      goal: '≤ 10 s',
      met: true,
      runs: [9, 7, 30],
      cpuSeconds: 12.35,
      rssMb: 1_500,
    });
    expect(median([4, 2])).toBe(3);
  });

  it('says when its goal is missed', () => {
    expect(describeFigures([atMost(10, { ...base, runs: [11] })])).toContain('≤ 10 s  MISSED');
  });
});

describe('the usage of a process tree', () => {
  it('counts the process itself', async () => {
    const usage = await usageOfTree(process.pid);
    expect(usage.processes).toBeGreaterThanOrEqual(1);
    expect(usage.pssMb).toBeGreaterThan(10);
    expect(usage.cpuSeconds).toBeGreaterThan(0);
  });
});
