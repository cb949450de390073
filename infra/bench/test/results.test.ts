import { describe, expect, it } from '@jest/globals';
import type { Machine } from '@millrace/system/machine';
import { shareOf } from '../src/figure.ts';
import { performanceSection, withPerformance } from '../src/performance-table.ts';
import { type Results, type SavedRun, withRuns } from '../src/results.ts';

const machine: Machine = { cpu: 'Test CPU', cores: 2, memoryGb: 24, node: '24.0.0', platform: 'linux x64' };
const figure = shareOf(0.8, {
  name: 'stage.kafkajs',
  unit: 'records/s',
  runs: [41_000, 40_000, 42_000],
  limits: [50_000],
  cpuSeconds: 2.5,
  rssMb: 300,
});
const run: SavedRun = { bench: 'stage', command: 'npm run bench -- stage', on: '2026-11-22', figures: [figure] };
const results: Results = { machine, runs: [run] };

describe('saved results', () => {
  it('keep the newest run of each benchmark, in their order', () => {
    const newer = { ...run, on: '2026-11-23' };
    const other = { ...run, bench: 'produce' };
    expect(withRuns(results, machine, [other, newer], ['produce', 'stage']).runs).toEqual([other, newer]);
  });

  it('never mix figures of two machines', () => {
    expect(withRuns(results, { ...machine, cores: 8 }, [], ['stage']).runs).toEqual([]);
  });
});

describe('the performance table', () => {
  it('says figure, limit, ratio, goal, machine and command', () => {
    const text = performanceSection(results);
    expect(text).toContain(
      '| stage.kafkajs | 41,000 records/s | 50,000 | 0.82 | ≥ 0.8 of the limit | 41,000 · 40,000 · 42,000 | 2.5 | 300 |',
    );
    expect(text).toContain('2 cores (Test CPU), 24 GB');
    expect(text).toContain('`npm run bench -- stage`, 2026-11-22');
  });

  it('replaces what stands between its markers, and changes nothing twice', () => {
    const once = withPerformance('a\n<!-- performance:begin -->\nold\n<!-- performance:end -->\nb', results);
    expect(once).not.toContain('old');
    expect(withPerformance(once, results)).toBe(once);
  });
});
