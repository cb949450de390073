import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KeyedLanes, type Lane, type LaneItem, type LaneSource, laneSource } from '../../src/lanes/keyed-lanes.ts';

class Item implements LaneItem<Item> {
  readonly name: number;
  readonly key: string | null;
  readonly source: LaneSource<Item>;
  lane: Lane<Item> | null = null;
  nextInLane: Item | null = null;

  constructor(name: number, key: string | null, source: LaneSource<Item>) {
    this.name = name;
    this.key = key;
    this.source = source;
  }
}

type Step =
  | { readonly do: 'add'; readonly key: number | null; readonly source: number }
  | { readonly do: 'take' }
  | { readonly do: 'finish' | 'putBack' | 'stepAside'; readonly which: number }
  | { readonly do: 'readmit'; readonly key: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add'), key: fc.option(fc.nat(4)), source: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('finish', 'putBack', 'stepAside'), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('readmit'), key: fc.nat(4) }) },
) as fc.Arbitrary<Step>;

describe('KeyedLanes', () => {
  it('runs one at a time per key, in order, and starts everything that may start', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const lanes = new KeyedLanes<Item>();
        const sources = [laneSource<Item>(), laneSource<Item>(), laneSource<Item>()];
        const busy: Item[] = [];
        const queued = new Map<string, number[]>();
        const unordered = new Set<number>();
        const aside = new Map<string, Item[]>();
        let names = 0;

        const add = (key: number | null, source: number): void => {
          const item = new Item(names, key === null ? null : String(key), sources[source] as LaneSource<Item>);
          names += 1;
          lanes.add(item, item.key);
          if (item.key === null) unordered.add(item.name);
          else queued.set(item.key, [...(queued.get(item.key) ?? []), item.name]);
        };
        const take = (): boolean => {
          const item = lanes.take();
          if (item === undefined) {
            const busyKeys = new Set(busy.map((one) => one.key));
            expect(unordered.size).toBe(0);
            for (const [key, waiting] of queued) expect(waiting.length === 0 || busyKeys.has(key)).toBe(true);
            return false;
          }
          if (item.key === null) expect(unordered.delete(item.name)).toBe(true);
          else {
            expect(busy.some((one) => one.key === item.key)).toBe(false);
            expect(queued.get(item.key)?.shift()).toBe(item.name);
          }
          busy.push(item);
          return true;
        };
        const readmit = (key: string): void => {
          const items = aside.get(key) ?? [];
          aside.delete(key);
          lanes.addFirst(items, key);
          if (items.length > 0) queued.set(key, [...items.map(({ name }) => name), ...(queued.get(key) ?? [])]);
        };
        const end = (which: number, how: 'finish' | 'putBack' | 'stepAside'): void => {
          const [item] = busy.splice(which % Math.max(1, busy.length), 1);
          if (item === undefined) return;
          if (how === 'putBack') lanes.putBack(item);
          else lanes.finish(item);
          if (how === 'stepAside' && item.key !== null) aside.set(item.key, [...(aside.get(item.key) ?? []), item]);
          if (how !== 'putBack') return;
          if (item.key === null) unordered.add(item.name);
          else queued.get(item.key)?.unshift(item.name);
        };

        for (const one of steps) {
          if (one.do === 'add') add(one.key, one.source);
          else if (one.do === 'take') take();
          else if (one.do === 'readmit') readmit(String(one.key));
          else end(one.which, one.do);
          const waiting = [...queued.values()].reduce((sum, list) => sum + list.length, unordered.size);
          expect(lanes.waiting).toBe(waiting);
        }
        for (const key of [...aside.keys()]) readmit(key);
        for (let left = 10_000; left > 0 && (busy.length > 0 || lanes.waiting > 0); left -= 1) {
          if (!take()) end(0, 'finish');
        }
        expect(lanes.waiting).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('lets a line of one key delay no other key', () => {
    const lanes = new KeyedLanes<Item>();
    const source = laneSource<Item>();
    for (let name = 0; name < 100; name += 1) lanes.add(new Item(name, 'slow', source), 'slow');
    lanes.add(new Item(100, 'quick', source), 'quick');
    expect(lanes.take()?.name).toBe(0);
    expect(lanes.take()?.name).toBe(100);
    expect(lanes.take()).toBeUndefined();
  });

  it('lets partitions take turns, whatever their backlog', () => {
    const lanes = new KeyedLanes<Item>();
    const [big, small] = [laneSource<Item>(), laneSource<Item>()];
    for (let name = 0; name < 100; name += 1) lanes.add(new Item(name, `b${name}`, big), `b${name}`);
    for (let name = 100; name < 103; name += 1) lanes.add(new Item(name, `s${name}`, small), `s${name}`);
    const order = Array.from({ length: 6 }, () => lanes.take()?.name);
    expect(order).toEqual([0, 100, 1, 101, 2, 102]);
  });

  it('passes over partitions that may have nothing more, and they keep their turn', () => {
    const lanes = new KeyedLanes<Item>();
    const [full, free, other] = [laneSource<Item>(), laneSource<Item>(), laneSource<Item>()];
    [full, free, other].forEach((source, at) => {
      for (const name of [at, at + 10]) lanes.add(new Item(name, `k${name}`, source), `k${name}`);
    });
    const isFree = (source: LaneSource<Item>): boolean => source !== full;
    expect([1, 2, 11, 12].map(() => lanes.take(isFree)?.name)).toEqual([1, 2, 11, 12]);
    expect(lanes.take(isFree)).toBeUndefined();
    expect([lanes.waiting, lanes.take()?.name, lanes.take()?.name]).toEqual([2, 0, 10]);
  });

  it('puts a record back at the head of its lane and behind the other lanes', () => {
    const lanes = new KeyedLanes<Item>();
    const source = laneSource<Item>();
    for (const [name, key] of [
      [0, 'a'],
      [1, 'a'],
      [2, 'b'],
    ] as const) {
      lanes.add(new Item(name, key, source), key);
    }
    const first = lanes.take() as Item;
    lanes.putBack(first);
    expect([lanes.take()?.name, lanes.take()?.name, lanes.take()]).toEqual([2, 0, undefined]);
  });

  it('keeps the key of what still runs to itself when it drops the rest', () => {
    const lanes = new KeyedLanes<Item>();
    const source = laneSource<Item>();
    for (let name = 0; name < 3; name += 1) lanes.add(new Item(name, 'a', source), 'a');
    const running = lanes.take() as Item;
    lanes.clear();
    expect(lanes.waiting).toBe(0);
    lanes.add(new Item(10, 'a', laneSource()), 'a');
    expect(lanes.take()).toBeUndefined();
    lanes.finish(running);
    expect(lanes.take()?.name).toBe(10);
  });
});
