import { describe, expect, it } from '@jest/globals';
import { seeded } from '../src/random.ts';
import { updates } from '../src/updates.ts';

const first = (count: number) => {
  const next = updates({ run: 'r', random: seeded(1), keys: 30 });
  return Array.from({ length: count }, (_, index) => next(index));
};

describe('the updates of a run', () => {
  it('are numbered from 0 for each key, without a gap, and end well before a route takes them for an echo', () => {
    const numbers = Map.groupBy(first(2_000), ({ key }) => key);
    for (const [, all] of numbers) expect(all.map(({ number }) => number)).toEqual(all.map((_, at) => at));
    expect(Math.max(...[...numbers.values()].map((all) => all.length))).toBeLessThanOrEqual(8);
    expect(numbers.size).toBeGreaterThan(200);
  });

  it('come through all doors, and no two have one identity', () => {
    const all = first(600);
    expect(new Set(all.map(({ door }) => door))).toEqual(new Set(['zendesk', 'tickets', 'issues']));
    expect(new Set(all.map(({ identity }) => identity)).size).toBe(all.length);
  });

  it('name a customer of the enterprise tier in some of the tickets that come through each door', () => {
    const doors = first(600)
      .filter(({ body }) => body(0).includes('northwind.example'))
      .map(({ door }) => door);
    expect(new Set(doors)).toEqual(new Set(['zendesk', 'tickets']));
  });

  it('carry the time at which they are first sent', () => {
    const [webhook] = first(1);
    const at = Date.parse('2026-01-02T03:04:05Z');
    expect(JSON.parse(webhook?.body(at) ?? '')).toMatchObject({
      time: '2026-01-02T03:04:05.000Z',
      id: webhook?.identity,
    });
  });
});
