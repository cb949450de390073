import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers, retryWaitsMs } from '@millrace/contracts';
import type { Order } from '../../src/pipeline.ts';
import { type Note, turns } from '../../src/testing/index.ts';
import { aKeeper, group, input, type Keeper, later } from './keeper.ts';

let k: Keeper;
beforeEach(() => {
  k = aKeeper();
});
afterEach(() => k.rig.close());

describe('the order of a pipeline', () => {
  const startedOf = async (order: Order): Promise<readonly string[]> => {
    const started: string[] = [];
    const handle = ({ key, data }: { readonly key: string; readonly data: Note }) => {
      started.push(`${key}${data.number}`);
      return new Promise<never>(() => undefined);
    };
    await k.rig.start(k.pipeline('tiers', { order, handle }));
    for (const [key, number, partition] of [
      ['a', 1, 0],
      ['a', 2, 0],
      ['b', 1, 0],
      ['c', 1, 1],
    ] as const) {
      await k.rig.publish(input, { text: '', number }, { key, partition });
    }
    await turns();
    return started.toSorted();
  };

  it('key: one of a key at a time, keys side by side', async () => {
    expect(await startedOf('key')).toEqual(['a1', 'b1', 'c1']);
  });

  it('partition: one of a partition at a time', async () => {
    expect(await startedOf('partition')).toEqual(['a1', 'c1']);
  });

  it('none: all at once', async () => {
    expect(await startedOf('none')).toEqual(['a1', 'a2', 'b1', 'c1']);
  });

  it('partition: what came of source, tier and lane of one index is one line', async () => {
    const started: string[] = [];
    let open: () => void = () => undefined;
    const handle = async ({ data }: { readonly data: Note }) => {
      started.push(String(data.number));
      if (data.number === 1) await new Promise<void>((resolve) => (open = resolve));
      return { outputs: [], outcome: { kind: 'delivered' as const } };
    };
    const { run } = await k.rig.start(k.pipeline('tiers', { order: 'partition', handle }));
    await k.publish('a1');
    await turns();
    const producer = await k.rig.cluster.createProducer();
    const value = k.rig.serde.encode(input, { text: '', number: 2 });
    for (const topic of [`lane.${group}`, groupTopics(group).retry[retryTiers[0]]])
      await producer.send({ topic, partition: 0, key: Buffer.from('z'), value, headers: [] });
    await turns();
    expect(started).toEqual(['1']);
    open();
    await run.whenCaughtUp();
    expect(started).toEqual(['1', '2', '2']);
  });
});

describe('an order that failures break', () => {
  it('of a key lets the later ones pass while one waits in a tier', async () => {
    k.broken.set('a1', later());
    const { run } = await k.start('tiers', { settings: { inProcessTries: 0 } });
    await k.publish('a1', 'a2', 'b1');
    await turns();
    expect(k.applied).toEqual(['a2', 'b1']);
    k.broken.clear();
    await k.passes(retryWaitsMs[retryTiers[0]] + 1_000, 5_000);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a2', 'b1', 'a1']);
  });
});

describe('onFailure: block', () => {
  it('tries in place while its key waits and the others go on, and uses no tier', async () => {
    k.broken.set('a1', later());
    const { run } = await k.start('block');
    await k.publish('a1', 'a2', 'b1');
    await k.passes(30_000);
    expect(k.applied).toEqual(['b1']);
    k.broken.clear();
    await k.passes(6_000);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['b1', 'a1', 'a2']);
    expect(Object.values(groupTopics(group).retry).flatMap((topic) => k.rig.cluster.records(topic))).toEqual([]);
    expect(k.dead()).toEqual([]);
  });

  it('makes a dead letter after blockMs, and lets the others of its key go on', async () => {
    k.broken.set('a1', later());
    await k.start('block', { settings: { blockMs: 20_000 } });
    await k.publish('a1', 'a2');
    await k.passes(19_000);
    expect([k.dead(), k.applied]).toEqual([[], []]);
    await k.passes(7_000);
    expect(k.dead()).toMatchObject([{ name: 'a1', code: 'X_TEST_BUSY', at: null }]);
    expect(k.applied).toEqual(['a2']);
  });

  it('does not wait for a destination that asks for longer than is left', async () => {
    k.broken.set('a1', later(25_000));
    await k.start('block', { settings: { blockMs: 20_000 } });
    await k.publish('a1', 'a2');
    await turns();
    expect([k.dead().length, k.applied]).toEqual([1, ['a2']]);
  });
});
