import { describe, expect, it } from '@jest/globals';
import type { TopicDescription } from '../../src/broker.ts';
import { createPace, type Pace } from '../../src/runtime/pace.ts';
import { createManualClock } from '../../src/testing/index.ts';

const partitionsOf = (...indices: number[]) => indices.map((partition) => ({ topic: 't', partition }));

/** A member that always has something to start, of a topic of four partitions. */
function aMember(clock = createManualClock(), describeTopics = async () => [aTopic(4)]) {
  let started = 0;
  const start = (): void => {
    while (pace.isDue(clock.monotonic())) {
      pace.spend();
      started += 1;
      if (started > 1_000_000) throw new Error('nothing bounds it');
    }
  };
  const pace: Pace = createPace({ admin: { describeTopics }, topics: ['t'], clock, onDue: start });
  return { pace, clock, started: () => started, start };
}

const aTopic = (partitions: number): TopicDescription => ({ name: 't', partitions, replicationFactor: 1, config: {} });
const answered = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('the pace of a group', () => {
  it.each([0.2, 1, 7.5, 100, 5_000])('starts %d records per second, and no more in any window', async (rate) => {
    const { pace, clock, started, start } = aMember();
    pace.assign(partitionsOf(0, 1, 2, 3));
    pace.set(rate);
    await answered();
    start();
    const at: number[] = [];
    for (let tenth = 0; tenth < 300; tenth += 1) {
      clock.advance(100);
      at.push(started());
    }
    expect(at.at(-1)).toBeGreaterThanOrEqual(Math.floor(30 * rate * 0.95) - 1);
    const tooMany = [0, ...at].flatMap((before, from) =>
      at.map((after, to) => (to < from ? 0 : after - before - ((to + 1 - from) * rate) / 10)),
    );
    expect(Math.max(...tooMany)).toBeLessThanOrEqual(Math.max(1, rate / 10) + 1e-6);
  });

  it('is parted by partitions: all members together start what the group may, however they are spread', async () => {
    const clock = createManualClock();
    const members = [partitionsOf(0), partitionsOf(1, 2, 3)].map((partitions) => {
      const member = aMember(clock);
      member.pace.assign(partitions);
      member.pace.set(40);
      return member;
    });
    await answered();
    for (const { start } of members) start();
    for (let tenth = 0; tenth < 100; tenth += 1) clock.advance(100);
    expect(members.map(({ started }) => started())).toEqual([100, 300]);
  });

  it('follows the partitions that it gets, and a topic that has grown', async () => {
    let partitions = 4;
    const { pace, clock, started, start } = aMember(createManualClock(), async () => [aTopic(partitions)]);
    pace.assign(partitionsOf(0, 1, 2, 3));
    pace.set(10);
    await answered();
    start();
    clock.advance(10_000);
    expect(started()).toBe(100);
    partitions = 8;
    pace.assign(partitionsOf(0, 1, 2, 3));
    await answered();
    clock.advance(10_000);
    expect(started()).toBe(150);
  });

  it('starts nothing until it knows its part, asks again when Kafka is away, and nothing without a rate', async () => {
    let isAway = true;
    let asked = 0;
    const { pace, clock, started, start } = aMember(createManualClock(), async () => {
      asked += 1;
      if (isAway) throw new Error('away');
      return [aTopic(4)];
    });
    pace.assign(partitionsOf(0));
    expect([pace.isDue(0), asked]).toEqual([true, 0]);
    pace.set(4);
    start();
    clock.advance(999);
    await answered();
    expect([started(), asked]).toEqual([0, 1]);
    isAway = false;
    clock.advance(1_000);
    await answered();
    clock.advance(10_000);
    expect(started()).toBe(10);
    pace.close();
    expect(clock.pending).toBe(0);
  });

  it('counts from a new rate on at once, and lets everything start when it is lifted', async () => {
    const { pace, clock, started, start } = aMember();
    pace.assign(partitionsOf(0, 1, 2, 3));
    pace.set(0.001);
    await answered();
    start();
    clock.advance(5_000);
    expect(started()).toBe(0);
    pace.set(2);
    await answered();
    clock.advance(5_000);
    expect(started()).toBe(10);
    expect(() => pace.set(null)).toThrow('nothing bounds it');
  });

  it('begins without a stock, and saves none up while nothing comes', async () => {
    const { pace, clock, started, start } = aMember();
    pace.assign(partitionsOf(0, 1, 2, 3));
    pace.set(50);
    await answered();
    expect(pace.isDue(clock.monotonic())).toBe(false);
    clock.freeze(3_600_000);
    start();
    expect(started()).toBe(5);
  });
});
