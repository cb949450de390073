import { beforeEach, describe, expect, it } from '@jest/globals';
import { PausedPartitions } from '../../src/membership/paused-partitions.ts';

const one = { topic: 'orders', partition: 1 };
const other = { topic: 'orders', partition: 2 };

describe('paused partitions', () => {
  let now = 0;
  let paused: PausedPartitions;
  beforeEach(() => {
    now = 1_000;
    paused = new PausedPartitions(() => now);
  });

  it('are those paused and not resumed, whatever happened to others', () => {
    paused.pause([one, other]);
    paused.resume([one]);
    expect([paused.has('orders', 1), paused.has('orders', 2), [...paused.values()]]).toEqual([false, true, [other]]);
  });

  it('leave a fetch its longest wait while there are none', () => {
    expect(paused.waitMs(250)).toBe(250);
    paused.pause([one]);
    paused.resume([one]);
    expect(paused.waitMs(250)).toBe(250);
  });

  it('let a fetch wait the longer the longer they last, never longer than its longest wait', () => {
    paused.pause([one]);
    const waits = [0, 10, 100, 400, 10_000].map((lasted) => {
      now = 1_000 + lasted;
      return paused.waitMs(250);
    });
    expect(waits).toEqual([10, 10, 25, 100, 250]);
  });

  it('make fetches short again when one more is paused', () => {
    paused.pause([one]);
    now += 10_000;
    paused.pause([other]);
    expect(paused.waitMs(250)).toBe(10);
  });
});
