import { describe, expect } from '@jest/globals';
import type { Handler } from '@millrace/messaging';
import type { Note } from '@millrace/messaging/testing';
import { eventually, law } from '../harness.ts';
import type { BrokerLawContext } from './context.ts';
import { pipelineLawTools } from './pipeline-tools.ts';

/** What operators wish of a pipeline: where it goes on, and how fast. */
export function pipelineWishLaws(context: BrokerLawContext): void {
  const { broker, harness, group, subject } = context;
  const { makeTopics, start, publish } = pipelineLawTools(context);
  const ofSeveral = subject.capabilities.groups ? false : 'declares groups: false';

  const counting = () => {
    const handled = new Map<number, number>();
    const handle: Handler<Note> = ({ data }) => {
      handled.set(data.number, (handled.get(data.number) ?? 0) + 1);
      return { outputs: [], outcome: { kind: 'delivered' } };
    };
    const total = (): number => [...handled.values()].reduce((sum, times) => sum + times, 0);
    return { handled, handle, total };
  };
  const isEmpty = async (members: string): Promise<boolean> =>
    (await broker().admin.describeGroups([members]))[0]?.members === 0;

  describe('pipeline by an operator’s wish', () => {
    law('goes on where its offsets were set while it had left, and nowhere else', async () => {
      const members = group();
      const made = await makeTopics(members);
      const { handled, handle, total } = counting();
      await publish(made.input, 20, (at) => `k${at}`, 0);
      const one = await start(broker(), members, made, handle);
      await one.run.whenCaughtUp();
      for (const [offset, again] of [
        [15, 5],
        [0, 20],
        [20, 0],
      ] as const) {
        const before = total();
        await one.run.leave();
        await eventually(() => isEmpty(members));
        await broker().admin.setOffsets(members, [{ topic: made.input.name, partition: 0, offset }]);
        await one.run.resume();
        await one.run.whenCaughtUp();
        expect(total() - before).toBe(again);
      }
      expect([handled.get(0), handled.get(14), handled.get(15)]).toEqual([2, 2, 3]);
      await one.stop();
    });

    law(
      'goes on there with all its members, each of them in a process of its own',
      async () => {
        const members = group();
        const made = await makeTopics(members, 4);
        const { handled, handle, total } = counting();
        const other = await harness().connect();
        const runs = [await start(broker(), members, made, handle), await start(other, members, made, handle)];
        await publish(made.input, 400, (at) => `k${at}`);
        await eventually(() => handled.size === 400, total);
        const before = total();
        await Promise.all(runs.map(({ run }) => run.leave()));
        await eventually(() => isEmpty(members));
        const ends = await broker().admin.offsets([made.input.name]);
        await broker().admin.setOffsets(
          members,
          ends.map(({ topic, partition, latest }) => ({ topic, partition, offset: partition < 2 ? 0 : latest })),
        );
        await Promise.all(runs.map(({ run }) => run.resume()));
        const again = ends.reduce((sum, { partition, latest }) => sum + (partition < 2 ? latest : 0), 0);
        await eventually(() => total() - before >= again, total);
        await publish(made.input, 40, (at) => `later${at}`);
        await eventually(() => total() - before >= again + 40, total);
        expect(total() - before).toBe(again + 40);
        for (const { stop } of runs) await stop();
        await other.close();
      },
      ofSeveral,
    );

    law('starts no more per second than it may, and the rest at once when it may', async () => {
      const members = group();
      const made = await makeTopics(members);
      const { handle, total } = counting();
      const one = await start(broker(), members, made, handle);
      one.run.setRate(40);
      const began = performance.now();
      await publish(made.input, 1_000, (at) => `k${at}`);
      await eventually(() => total() >= 60, total);
      expect(performance.now() - began).toBeGreaterThan(((60 - 4) / 40) * 1_000);
      expect(one.run.isReady()).toBe(true);
      one.run.setRate(null);
      await eventually(() => total() === 1_000, total);
      expect(performance.now() - began).toBeLessThan(1_000 / 0.04);
      await one.stop();
    });

    law(
      'keeps to its rate with two members, and with one that joins',
      async () => {
        const members = group();
        const made = await makeTopics(members, 4);
        const { handle, total } = counting();
        const others = [await harness().connect(), await harness().connect()];
        await publish(made.input, 2_000, (at) => `k${at}`);
        const began = performance.now();
        const runs = [];
        for (const on of [broker(), ...others]) {
          const member = await start(on, members, made, handle, {}, { onFailure: 'tiers', ratePerSecond: 60 });
          runs.push(member);
          const reached = total() + 30;
          await eventually(() => total() >= reached, total);
        }
        const seconds = (performance.now() - began) / 1_000;
        // Each of three may have a tenth of a second's stock, or one record.
        expect(total()).toBeLessThanOrEqual(60 * seconds + 3 * 6);
        for (const { run } of runs) run.setRate(null);
        await eventually(() => total() >= 2_000, total);
        for (const { stop } of runs) await stop();
        for (const other of others) await other.close();
      },
      ofSeveral,
    );
  });
}
