import { describe, expect, it } from '@jest/globals';
import { withChaos } from '../src/chaos-table.ts';
import type { Fault } from '../src/inflict.ts';
import { describeReport, faultsOf, type Report } from '../src/report.ts';

const fault = (over: Partial<Fault> = {}): Fault => ({
  kind: 'kill',
  target: 'enricher',
  atMs: 1_000,
  heldMs: 0,
  recoveredMs: 800,
  operator: null,
  ...over,
});
const clean: Report = {
  seed: 7,
  seconds: 60,
  rate: 40,
  faults: 3,
  accepted: 2_400,
  delivered: 5_000,
  lost: 0,
  duplicates: { deliveries: 0, slack: 0 },
  orderViolations: 0,
  deadLetters: 0,
  recoveries: [
    fault(),
    fault({ kind: 'freeze', heldMs: 3_000, recoveredMs: 1_600 }),
    fault({ target: 'slack', kind: 'refuse', operator: 'millrace pipelines resume sink-writers.tickets.urgent' }),
  ],
  orderViolationsAt: { 'tickets.archive': 0 },
  deadLetterReasons: [],
  routes: [
    { route: 'tickets.archive', delivered: 2_400, filtered: 0, superseded: 0, unchanged: 0, deadLettered: 0, lost: 0 },
  ],
  memory: [{ part: 'enricher', rssMb: 210, pssMb: 160 }],
  retried: 12,
  gaveUp: 0,
  refused: {},
  ackP50Ms: 4,
  ackP99Ms: 90,
  quietAfterMs: 2_000,
};

describe('a report', () => {
  it('of zeros proves what it says, a halt that an operator lifted included', () => {
    expect(faultsOf(clean)).toEqual([]);
  });

  it.each<readonly [Partial<Report>, string]>([
    [{ lost: 2 }, '2 lost'],
    [{ duplicates: { deliveries: 1, slack: 3 } }, '4 duplicates'],
    [{ orderViolations: 1 }, '1 order violations'],
    [{ deadLetters: 5 }, '5 dead letters'],
    [{ recoveries: [fault({ recoveredMs: null })] }, '1 faults without recovery'],
    [{ recoveries: [fault({ operator: 'millrace pipelines resume x' })] }, '1 outages that needed a hand'],
    [
      { recoveries: [fault({ shed: { shed: 9, withoutRetryAfter: 2, others: {} } })] },
      '2 requests shed without Retry-After',
    ],
    [{ refused: { 401: 1 } }, '1 good requests refused'],
    [{ gaveUp: 1 }, '1 updates that no try brought in'],
    [{ accepted: 0 }, '1 run in which nothing was accepted'],
  ])('of %j is no proof', (over, why) => {
    expect(faultsOf({ ...clean, ...over })).toEqual([why]);
  });

  it('is tables for a person', () => {
    const text = describeReport(clean);
    expect(text).toMatch(/tickets\.archive .* 2400/);
    expect(text).toMatch(/freeze .* enricher .* 3\.0 s .* 1\.6 s/);
    expect(text).toMatch(/millrace pipelines resume sink-writers\.tickets\.urgent/);
  });
});

describe("the README's chaos table", () => {
  const results = {
    machine: { cpu: 'a cpu', cores: 2, memoryGb: 8, node: '24.0.0', platform: 'linux x64' },
    command: 'npm run chaos -- --seed 7',
    on: '2026-11-22',
    report: clean,
  };
  const readme = 'before\n<!-- chaos:begin (old) -->\nold\n<!-- chaos:end -->\nafter\n';

  it('stands between its marks, and making it again changes nothing', () => {
    const once = withChaos(readme, results);
    expect(once).toContain('| lost | 0 |');
    expect(once).toContain('| enricher | kill, freeze | 1.6 s | 1.6 s |');
    expect(once).toContain('`npm run chaos -- --seed 7`, 2026-11-22: 3 faults in 1 minutes');
    expect(once).toMatch(/^before\n[\s\S]*\nafter\n$/);
    expect(withChaos(once, results)).toBe(once);
  });

  it('has a place in the README or says so', () => {
    expect(() => withChaos('nothing', results)).toThrow('chaos:begin');
  });
});
