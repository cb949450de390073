import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { turns } from '../../src/testing/index.ts';
import { aKeeper, input, type Keeper, later, never } from './keeper.ts';

let k: Keeper;
beforeEach(() => {
  k = aKeeper();
});
afterEach(() => k.rig.close());

describe('onFailure: hold-key', () => {
  it('holds what comes later of the key, each in its place, and nothing of other keys', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key');
    await k.publish('a1', 'a2', 'b1', 'a3');
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['b1']);
    expect(k.dead()).toMatchObject([
      { name: 'a1', code: 'X_TEST_REFUSED', at: 0 },
      { name: 'a2', code: 'X_KEY_HELD', at: 1 },
      { name: 'a3', code: 'X_KEY_HELD', at: 2 },
    ]);
  });

  it('holds nothing for a record without a key', async () => {
    k.broken.set('1', never);
    const { run } = await k.start('hold-key');
    for (const number of [1, 2])
      await k.rig.publish(input, { text: '', number }, { key: null, id: `${number}`, partition: 0 });
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['2']);
    expect(k.dead()).toMatchObject([{ name: '1', code: 'X_TEST_REFUSED', at: null }]);
  });

  it('lets them follow in order once the first is redriven, and then the key is free', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key');
    await k.publish('a1', 'a2', 'a3');
    await run.whenCaughtUp();
    k.broken.clear();
    await k.replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    await k.publish('a4');
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(k.acks()).toEqual(['delivered', 'delivered', 'delivered']);
    expect(k.dead()).toHaveLength(3);
  });

  it('refuses a held record that is redriven before the first, which keeps its place', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key');
    await k.publish('a1', 'a2', 'a3');
    await run.whenCaughtUp();
    k.broken.clear();
    await k.replay(['a3', 'a2']);
    await run.whenCaughtUp();
    expect(k.applied).toEqual([]);
    expect(k.dead().slice(3)).toMatchObject([
      { name: 'a3', code: 'X_KEY_HELD', at: 2 },
      { name: 'a2', code: 'X_KEY_HELD', at: 1 },
    ]);
    expect(k.acks()).toEqual(['failed-again', 'failed-again']);
    await k.replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1', 'a2', 'a3']);
  });

  it('keeps the line as it was when its first fails again, with whatever came along', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key');
    await k.publish('a1', 'a2');
    await run.whenCaughtUp();
    await k.replay(['a1', 'a2']);
    await k.publish('a3');
    await run.whenCaughtUp();
    expect(k.applied).toEqual([]);
    k.broken.clear();
    await k.replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1', 'a2', 'a3']);
  });

  it('skips the tiers for what came through the lane, a held key`s too', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key', { settings: { inProcessTries: 1, blockMs: 600_000 } });
    await k.publish('a1', 'a2');
    await run.whenCaughtUp();
    k.broken.set('a1', later());
    await k.replay(['a1']);
    await k.passes(2_000);
    expect(k.dead().at(-1)).toMatchObject({ name: 'a1', code: 'X_TEST_BUSY', at: 0 });
    expect(k.acks()).toEqual(['failed-again']);
  });

  it('goes on behind a dead letter that is discarded, wherever in the line it stood', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key');
    await k.publish('a1', 'a2', 'a3', 'a4');
    await run.whenCaughtUp();
    await k.replay(['a3'], 'discard');
    await k.replay(['a1'], 'discard');
    await k.replay(['a2', 'a4']);
    await run.whenCaughtUp();
    await k.publish('a5');
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a2', 'a4', 'a5']);
    expect(k.acks()).toEqual(['discarded', 'discarded', 'delivered', 'delivered']);
  });

  it('discards without handling also where no key is held', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('tiers');
    await k.publish('a1');
    await run.whenCaughtUp();
    k.broken.clear();
    await k.replay(['a1'], 'discard');
    await run.whenCaughtUp();
    expect([k.applied, k.acks()]).toEqual([[], ['discarded']]);
  });

  it('lets newer records wait for the end of a line that moves, instead of joining it', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key');
    await k.publish('a1', 'a2', 'a3');
    await run.whenCaughtUp();
    k.broken.clear();
    await k.replay(['a1']);
    await run.whenCaughtUp();
    await k.publish('a4', 'b1', 'a5');
    await turns();
    expect(k.applied).toEqual(['a1', 'b1']);
    expect(k.dead()).toHaveLength(3);
    await k.replay(['a2', 'a3']);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1', 'b1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('puts them into the line after all when it does not end in time, still in order', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key');
    await k.publish('a1', 'a2');
    await run.whenCaughtUp();
    k.broken.clear();
    await k.replay(['a1']);
    await run.whenCaughtUp();
    await k.publish('a3', 'a4');
    await k.passes(61_000, 5_000);
    await run.whenCaughtUp();
    expect(k.dead().slice(2)).toMatchObject([
      { name: 'a3', code: 'X_KEY_HELD', at: 2 },
      { name: 'a4', code: 'X_KEY_HELD', at: 3 },
    ]);
    await k.replay(['a2', 'a3']);
    await k.publish('a5');
    await turns();
    await k.replay(['a4']);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('lets no more wait in memory than a quarter of the high-water mark', async () => {
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key', { settings: { highWaterRecords: 12 } });
    await k.publish('a1', 'a2');
    await run.whenCaughtUp();
    k.broken.clear();
    await k.replay(['a1']);
    await run.whenCaughtUp();
    await k.publish('a3', 'a4', 'a5', 'a6');
    await run.whenCaughtUp();
    expect(
      k
        .dead()
        .slice(2)
        .map(({ name }) => name),
    ).toEqual(['a3', 'a4', 'a5', 'a6']);
    await k.replay(['a2', 'a3', 'a4', 'a5', 'a6']);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  });

  it('halts when more keys are held than it may, and loses nothing', async () => {
    for (const name of ['a1', 'b1', 'c1']) k.broken.set(name, never);
    const { run } = await k.start('hold-key', { settings: { maxHeldKeys: 2 } });
    await k.publish('a1', 'b1', 'c1', 'c2');
    await turns();
    expect(run.state()).toEqual({ state: 'halted', code: 'X_KEYS_HELD_TOO_MANY' });
    expect(k.dead().map(({ name }) => name)).toEqual(['a1', 'b1']);
    k.broken.delete('c1');
    await run.resume();
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['c1', 'c2']);
  });

  it('needs the order key and a store', async () => {
    await expect(k.rig.start(k.pipeline('hold-key', { order: 'none' }), { heldKeys: k.heldKeys })).rejects.toThrow(
      /order must be key/,
    );
    await expect(k.rig.start(k.pipeline('hold-key'))).rejects.toThrow(/needs a store/);
  });
});
