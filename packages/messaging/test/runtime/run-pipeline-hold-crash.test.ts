import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Producer } from '../../src/broker.ts';
import { CodedError, halt, retry } from '../../src/disposition.ts';
import type { HeldKeys } from '../../src/stores.ts';
import { sendingBy, turns } from '../../src/testing/index.ts';
import { aKeeper, group, type Keeper, never } from './keeper.ts';

let k: Keeper;
beforeEach(() => {
  k = aKeeper();
});
afterEach(() => k.rig.close());

describe('a held key outlives its process', () => {
  it('that is killed: the next one holds on, and asks before it starts anything', async () => {
    k.broken.set('a1', never);
    const first = await k.start('hold-key');
    await k.publish('a1', 'a2');
    await first.run.whenCaughtUp();
    k.rig.clock.advance(1_000);
    await turns();
    await first.crash();
    k.broken.clear();
    await k.publish('a3', 'b1');
    const { run } = await k.start('hold-key');
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['b1']);
    expect(k.dead().at(-1)).toMatchObject({ name: 'a3', code: 'X_KEY_HELD', at: 2 });
    await k.replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['b1', 'a1', 'a2', 'a3']);
  });

  it('that is killed before its commit: what comes again keeps its place and its id', async () => {
    k.broken.set('a1', never);
    const first = await k.start('hold-key', { settings: { commitIntervalMs: 3_600_000 } });
    await k.publish('a1', 'a2', 'a3');
    await first.run.whenCaughtUp();
    await first.crash();
    const { run } = await k.start('hold-key');
    await run.whenCaughtUp();
    const ids = k.dead().map(({ id }) => id);
    expect(k.dead().map(({ at }) => at)).toEqual([0, 1, 2, 0, 1, 2]);
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
    k.broken.clear();
    await k.replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1', 'a2', 'a3']);
  });

  it('that is killed: what was done before the line began comes again, and is not put behind it', async () => {
    k.broken.set('a2', never);
    const first = await k.start('hold-key', { settings: { commitIntervalMs: 3_600_000 } });
    await k.publish('a0', 'a1', 'a2', 'a3');
    await first.run.whenCaughtUp();
    await first.crash();
    const { run } = await k.start('hold-key');
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a0', 'a1', 'a0', 'a1']);
    expect(k.dead().map(({ name, at }) => [name, at])).toEqual([
      ['a2', 0],
      ['a3', 1],
      ['a2', 0],
      ['a3', 1],
    ]);
  });

  it('that is killed between the hold and the dead letter: nothing overtakes, nothing is lost', async () => {
    k.broken.set('a1', never);
    const stuck = (producer: Producer): Producer =>
      sendingBy(producer, (record) =>
        record.topic === `dlq.${group}` ? new Promise(() => undefined) : producer.send(record),
      );
    const first = await k.start('hold-key', { wrapProducer: stuck });
    await k.publish('a1', 'a2');
    await turns();
    expect(k.dead()).toEqual([]);
    await first.crash();
    // The reason is gone meanwhile: the first is the first of its line, so it may be tried.
    k.broken.clear();
    const { run } = await k.start('hold-key');
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1', 'a2']);
    expect(k.dead()).toEqual([]);
  });

  it('that is killed while a line is released: what was done before the kill is not put behind it', async () => {
    k.broken.set('a1', never);
    const first = await k.start('hold-key', { settings: { commitIntervalMs: 3_600_000 } });
    await k.publish('a1', 'a2', 'a3');
    await first.run.whenCaughtUp();
    await first.run.drain();
    await first.run.close();
    k.broken.clear();
    const second = await k.start('hold-key', { settings: { commitIntervalMs: 3_600_000 } });
    await k.replay(['a1', 'a2']);
    await second.run.whenCaughtUp();
    await second.crash();
    const third = await k.start('hold-key');
    await k.replay(['a3']);
    await third.run.whenCaughtUp();
    expect(k.applied).toEqual(['a1', 'a2', 'a3']);
    expect(k.dead()).toHaveLength(3);
  });

  it('through a rebalance', async () => {
    k.broken.set('a1', never);
    const { run, broker } = await k.start('hold-key');
    await k.publish('a1', 'a2');
    await run.whenCaughtUp();
    await broker.rebalance(group);
    await k.publish('a3');
    await run.whenCaughtUp();
    expect(k.dead().at(-1)).toMatchObject({ name: 'a3', code: 'X_KEY_HELD', at: 2 });
    expect(k.applied).toEqual([]);
  });
});

describe('a store of held keys that is away', () => {
  const away = new CodedError('X_LEDGER_UNAVAILABLE', 'away', { disposition: retry(), unavailable: true });
  const failing = (store: HeldKeys, isAway: () => boolean): HeldKeys => ({
    take: async (...given) => (isAway() ? Promise.reject(away) : store.take(...given)),
    hold: async (...given) => (isAway() ? Promise.reject(away) : store.hold(...given)),
    settle: async (...given) => (isAway() ? Promise.reject(away) : store.settle(...given)),
  });

  it('stops the pipeline when a key must be held, and all goes on by itself in order when it is back', async () => {
    let isAway = false;
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key', { heldKeys: failing(k.heldKeys, () => isAway) });
    await k.publish('b1');
    await run.whenCaughtUp();
    isAway = true;
    await k.publish('a1');
    await turns();
    await k.publish('a2', 'b2');
    await k.passes(30_000);
    expect([k.applied, k.dead()]).toEqual([['b1'], []]);
    isAway = false;
    await k.passes(6_000);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['b1', 'b2']);
    expect(k.dead().map(({ name }) => name)).toEqual(['a1', 'a2']);
  });

  it('halts the pipeline when it refuses it for good, and resume goes on with the same record', async () => {
    let isRefused = true;
    const refusal = new CodedError('X_LEDGER_ACCESS', 'a wrong password', { disposition: halt });
    const refusing: HeldKeys = {
      ...k.heldKeys,
      hold: async (...given) => (isRefused ? Promise.reject(refusal) : k.heldKeys.hold(...given)),
    };
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key', { heldKeys: refusing });
    await k.publish('a1', 'a2');
    await turns();
    expect([run.state(), k.dead()]).toEqual([{ state: 'halted', code: 'X_LEDGER_ACCESS' }, []]);
    isRefused = false;
    await run.resume();
    await run.whenCaughtUp();
    expect(k.dead().map(({ name }) => name)).toEqual(['a1', 'a2']);
  });

  it('that refuses to be read halts it before anything starts, and is asked again by resume', async () => {
    let isRefused = true;
    const refusal = new CodedError('X_LEDGER_ACCESS', 'a wrong password', { disposition: halt });
    const refusing: HeldKeys = {
      ...k.heldKeys,
      take: async (...given) => (isRefused ? Promise.reject(refusal) : k.heldKeys.take(...given)),
    };
    const { run } = await k.start('hold-key', { heldKeys: refusing });
    await k.publish('a1');
    await turns();
    expect([run.state().state, k.applied]).toEqual(['halted', []]);
    isRefused = false;
    await run.resume();
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1']);
  });

  it('that answers late lets nothing begin before it has said what is held', async () => {
    k.broken.set('a1', never);
    const first = await k.start('hold-key');
    await k.publish('a1');
    await first.run.whenCaughtUp();
    await first.run.drain();
    await first.run.close();
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow: HeldKeys = { ...k.heldKeys, take: (...given) => asked.then(() => k.heldKeys.take(...given)) };
    const { run } = await k.start('hold-key', { heldKeys: slow });
    await k.publish('a2', 'b1');
    await turns();
    expect([k.applied, k.dead().length]).toEqual([[], 1]);
    answer();
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['b1']);
    expect(k.dead().at(-1)).toMatchObject({ name: 'a2', code: 'X_KEY_HELD', at: 1 });
  });

  it('at the start lets nothing begin, because nobody can say what is held', async () => {
    let isAway = true;
    const { run } = await k.start('hold-key', { heldKeys: failing(k.heldKeys, () => isAway) });
    await k.publish('a1');
    await k.passes(10_000);
    expect(k.applied).toEqual([]);
    isAway = false;
    await k.passes(6_000);
    await run.whenCaughtUp();
    expect(k.applied).toEqual(['a1']);
  });
});
