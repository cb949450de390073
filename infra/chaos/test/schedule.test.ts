import { describe, expect, it } from '@jest/globals';
import { faultClasses } from '../src/catalogue.ts';
import { describeFault, schedule } from '../src/schedule.ts';

const long = { seed: 7, seconds: 720, everyMs: 11_000, classes: faultClasses('all', 3) };

describe('a schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(schedule(long)).toEqual(schedule(long));
    expect(schedule({ ...long, seed: 8 })).not.toEqual(schedule(long));
  });

  it('has fifty faults and more in twelve minutes, and reaches every service, broker, server and destination', () => {
    const planned = schedule(long);
    expect(planned.length).toBeGreaterThanOrEqual(50);
    expect(new Set(planned.map(({ target }) => target))).toEqual(new Set(long.classes.map(({ target }) => target)));
  });

  it('never does a second thing to a target before the first is over', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const free = new Map<string, number>();
      for (const { target, atMs, heldMs } of schedule({ ...long, seed })) {
        expect(atMs).toBeGreaterThanOrEqual(free.get(target) ?? 0);
        free.set(target, atMs + heldMs);
      }
    }
  });

  it('lets faults of different targets overlap', () => {
    const planned = schedule(long);
    const overlaps = planned.filter((one, at) =>
      planned.slice(0, at).some(({ atMs, heldMs }) => atMs + heldMs > one.atMs),
    );
    expect(overlaps.length).toBeGreaterThan(5);
  });

  it('is over before the load is', () => {
    for (const seconds of [20, 40, 120]) {
      for (const { atMs, heldMs } of schedule({ ...long, seconds, everyMs: 4_000 })) {
        expect(atMs + heldMs).toBeLessThan(seconds * 1_000);
      }
    }
  });

  it('does each thing once before it does one of them twice, as long as targets are free', () => {
    const classes = faultClasses('services:kill,infrastructure:kill', 3);
    const planned = schedule({ seed: 3, seconds: 400, everyMs: 16_000, classes });
    const first = planned.slice(0, classes.length).map(({ target }) => target);
    expect(new Set(first).size).toBe(classes.length);
  });

  it('is empty where nothing may be broken', () => {
    expect(schedule({ ...long, classes: [] })).toEqual([]);
  });

  it('reads as a sentence', () => {
    expect(describeFault({ target: 'slack', kind: 'slow', atMs: 0, heldMs: 9_500, value: 700 })).toBe(
      'slack: slow 700 ms for 9.5 s',
    );
    expect(describeFault({ target: 'kafka-2', kind: 'kill', atMs: 0, heldMs: 0, value: null })).toBe('kafka-2: kill');
  });
});

describe('a scenario', () => {
  it('names groups of targets, targets, and single faults', () => {
    const named = faultClasses('infrastructure:kill,slack:refuse,memory', 3).map(
      ({ target, kind }) => `${target}:${kind}`,
    );
    expect(named).toEqual([
      ...['kafka', 'kafka-2', 'kafka-3', 'postgres', 'registry'].map((target) => `${target}:kill`),
      'slack:refuse',
      'gateway-memory:flood',
    ]);
  });

  it('has one broker where there is one', () => {
    const targets = new Set(faultClasses('infrastructure', 1).map(({ target }) => target));
    expect([...targets]).toEqual(['kafka', 'postgres', 'registry']);
  });

  it.each(['everything', 'slack:kill', 'kafka-4'])(
    'that does not exist (%s) is refused with what there is',
    (scenario) => {
      expect(() => faultClasses(scenario, 3)).toThrow(/--scenario knows no .*; it takes services, infrastructure/);
    },
  );

  it('of nothing has no faults', () => {
    expect(faultClasses('none', 3)).toEqual([]);
  });
});
