import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import type { OutboundRecord, Producer } from '../../src/broker.ts';
import { CodedError, deadLetter, retry } from '../../src/disposition.ts';
import { readDeadLetter, readHeldPlace } from '../../src/headers/dead-letter.ts';
import { laneHeaders } from '../../src/headers/lane.ts';
import { createInMemoryHeldKeys } from '../../src/in-memory/held-keys.ts';
import { type OnFailure, type Pipeline, pipeline } from '../../src/pipeline.ts';
import type { HeldKeys } from '../../src/stores.ts';
import {
  createPipelineRig,
  type Note,
  noteTopic,
  type PipelineRig,
  type RigProcess,
  type RigRunOptions,
  turns,
} from '../../src/testing/index.ts';

const input = noteTopic('notes.in', 2);
const group = 'keeper.notes';

let rig: PipelineRig;
let heldKeys: HeldKeys;
/** What the destination took, in its order: `<key><number>`. */
let applied: string[];
/** What it cannot take at the moment, and why. */
let broken: Map<string, CodedError>;
beforeEach(() => {
  rig = createPipelineRig();
  heldKeys = createInMemoryHeldKeys();
  applied = [];
  broken = new Map();
});
afterEach(() => rig.close());

const never = new CodedError('X_TEST_REFUSED', 'never', { disposition: deadLetter });
const later = (afterMs?: number) => new CodedError('X_TEST_BUSY', 'not now', { disposition: retry(afterMs) });
const keeper = (onFailure: OnFailure, options: Partial<Pipeline<Note>> = {}): Pipeline<Note> =>
  pipeline<Note>({
    name: 'keep',
    group,
    from: [input],
    onFailure,
    handle: ({ key, data }) => {
      const name = `${key}${data.number}`;
      const why = broken.get(name);
      if (why !== undefined) throw why;
      applied.push(name);
      return { outputs: [], outcome: { kind: 'delivered' } };
    },
    ...options,
  });
const start = (onFailure: OnFailure, options: RigRunOptions = {}): Promise<RigProcess> =>
  rig.start(keeper(onFailure), { heldKeys, ...options });
const publish = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) {
    const [, key, number] = /^([a-z]+)(\d+)$/.exec(name) as unknown as [string, string, string];
    await rig.publish(input, { text: '', number: Number(number) }, { key, id: name, partition: 0 });
  }
};
interface Dead {
  readonly name: string;
  readonly code: string;
  readonly at: number | null;
}
const deadRecords = () => rig.cluster.records(`dlq.${group}`);
const nameOf = (record: { readonly headers: OutboundRecord['headers'] }): string =>
  record.headers.find(([name]) => name === 'ce_id')?.[1]?.toString() ?? '';
const dead = (): readonly Dead[] =>
  deadRecords().map((record) => ({
    name: nameOf(record),
    code: readDeadLetter(record.headers)?.errorCode ?? '',
    at: readHeldPlace(record.headers)?.at ?? null,
  }));
const acks = () => rig.stored(topics.opsReplayAck).map(({ data }) => `${data.outcome}`);
/** The newest dead letter of each, in this order, as a job would: to redrive or to discard. */
const replay = async (names: readonly string[], mode: 'redrive' | 'discard' = 'redrive'): Promise<void> => {
  const producer = await rig.cluster.createProducer();
  for (const name of names) {
    const record = deadRecords().findLast((one) => nameOf(one) === name);
    if (record === undefined) throw new Error(`no dead letter of ${name}`);
    const count = Number(record.headers.findLast(([header]) => header === 'replay.count')?.[1] ?? 0) + 1;
    const of = readDeadLetter(record.headers)?.id ?? '';
    const facts = { job: 'job-1', of, mode, count, generation: null, edited: null, actor: 'op' };
    await producer.send({
      topic: `lane.${group}`,
      partition: record.partition,
      key: record.key,
      value: mode === 'discard' ? null : record.value,
      headers: laneHeaders(record, facts),
    });
  }
};
/** Steps through waits without an end of their own. */
const passes = async (ms: number, stepMs = 500): Promise<void> => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    rig.clock.advance(stepMs);
    await turns(6);
  }
};

describe('the order of a pipeline', () => {
  const startedOf = async (order: Pipeline<Note>['order']): Promise<readonly string[]> => {
    const started: string[] = [];
    const handle = ({ key, data }: { readonly key: string; readonly data: Note }) => {
      started.push(`${key}${data.number}`);
      return new Promise<never>(() => undefined);
    };
    await rig.start(keeper('tiers', { order, handle }));
    for (const [key, number, partition] of [
      ['a', 1, 0],
      ['a', 2, 0],
      ['b', 1, 0],
      ['c', 1, 1],
    ] as const) {
      await rig.publish(input, { text: '', number }, { key, partition });
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
    const { run } = await rig.start(keeper('tiers', { order: 'partition', handle }));
    await publish('a1');
    await turns();
    const producer = await rig.cluster.createProducer();
    const value = rig.serde.encode(input, { text: '', number: 2 });
    for (const topic of [`lane.${group}`, `retry.${group}.1m`])
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
    broken.set('a1', later());
    const { run } = await start('tiers', { settings: { inProcessTries: 0 } });
    await publish('a1', 'a2', 'b1');
    await turns();
    expect(applied).toEqual(['a2', 'b1']);
    broken.clear();
    await passes(61_000, 5_000);
    await run.whenCaughtUp();
    expect(applied).toEqual(['a2', 'b1', 'a1']);
  });
});

describe('onFailure: block', () => {
  it('tries in place while its key waits and the others go on, and uses no tier', async () => {
    broken.set('a1', later());
    const { run } = await start('block');
    await publish('a1', 'a2', 'b1');
    await passes(30_000);
    expect(applied).toEqual(['b1']);
    broken.clear();
    await passes(6_000);
    await run.whenCaughtUp();
    expect(applied).toEqual(['b1', 'a1', 'a2']);
    expect(['1m', '10m', '1h'].flatMap((tier) => rig.cluster.records(`retry.${group}.${tier}`))).toEqual([]);
    expect(dead()).toEqual([]);
  });

  it('makes a dead letter after blockMs, and lets the others of its key go on', async () => {
    broken.set('a1', later());
    await start('block', { settings: { blockMs: 20_000 } });
    await publish('a1', 'a2');
    await passes(19_000);
    expect([dead(), applied]).toEqual([[], []]);
    await passes(7_000);
    expect(dead()).toEqual([{ name: 'a1', code: 'X_TEST_BUSY', at: null }]);
    expect(applied).toEqual(['a2']);
  });

  it('does not wait for a destination that asks for longer than is left', async () => {
    broken.set('a1', later(25_000));
    await start('block', { settings: { blockMs: 20_000 } });
    await publish('a1', 'a2');
    await turns();
    expect([dead().length, applied]).toEqual([1, ['a2']]);
  });
});

describe('onFailure: hold-key', () => {
  it('holds what comes later of the key, each in its place, and nothing of other keys', async () => {
    broken.set('a1', never);
    const { run } = await start('hold-key');
    await publish('a1', 'a2', 'b1', 'a3');
    await run.whenCaughtUp();
    expect(applied).toEqual(['b1']);
    expect(dead()).toEqual([
      { name: 'a1', code: 'X_TEST_REFUSED', at: 0 },
      { name: 'a2', code: 'X_KEY_HELD', at: 1 },
      { name: 'a3', code: 'X_KEY_HELD', at: 2 },
    ]);
  });

  it('holds nothing for a record without a key', async () => {
    broken.set('1', never);
    const { run } = await start('hold-key');
    for (const number of [1, 2])
      await rig.publish(input, { text: '', number }, { key: null, id: `${number}`, partition: 0 });
    await run.whenCaughtUp();
    expect(applied).toEqual(['2']);
    expect(dead()).toEqual([{ name: '1', code: 'X_TEST_REFUSED', at: null }]);
  });

  it('lets them follow in order once the first is redriven, and then the key is free', async () => {
    broken.set('a1', never);
    const { run } = await start('hold-key');
    await publish('a1', 'a2', 'a3');
    await run.whenCaughtUp();
    broken.clear();
    await replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    await publish('a4');
    await run.whenCaughtUp();
    expect(applied).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(acks()).toEqual(['delivered', 'delivered', 'delivered']);
    expect(dead()).toHaveLength(3);
  });

  it('refuses a held record that is redriven before the first, which keeps its place', async () => {
    broken.set('a1', never);
    const { run } = await start('hold-key');
    await publish('a1', 'a2', 'a3');
    await run.whenCaughtUp();
    broken.clear();
    await replay(['a3', 'a2']);
    await run.whenCaughtUp();
    expect(applied).toEqual([]);
    expect(dead().slice(3)).toEqual([
      { name: 'a3', code: 'X_KEY_HELD', at: 2 },
      { name: 'a2', code: 'X_KEY_HELD', at: 1 },
    ]);
    expect(acks()).toEqual(['failed-again', 'failed-again']);
    await replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    expect(applied).toEqual(['a1', 'a2', 'a3']);
  });

  it('keeps the line as it was when its first fails again, with whatever came along', async () => {
    broken.set('a1', never);
    const { run } = await start('hold-key');
    await publish('a1', 'a2');
    await run.whenCaughtUp();
    await replay(['a1', 'a2']);
    await publish('a3');
    await run.whenCaughtUp();
    expect(applied).toEqual([]);
    broken.clear();
    await replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    expect(applied).toEqual(['a1', 'a2', 'a3']);
  });

  it('skips the tiers for what came through the lane, a held key`s too', async () => {
    broken.set('a1', never);
    const { run } = await start('hold-key', { settings: { inProcessTries: 1, blockMs: 600_000 } });
    await publish('a1', 'a2');
    await run.whenCaughtUp();
    broken.set('a1', later());
    await replay(['a1']);
    await passes(2_000);
    expect(dead().at(-1)).toEqual({ name: 'a1', code: 'X_TEST_BUSY', at: 0 });
    expect(acks()).toEqual(['failed-again']);
  });

  it('goes on behind a dead letter that is discarded, wherever in the line it stood', async () => {
    broken.set('a1', never);
    const { run } = await start('hold-key');
    await publish('a1', 'a2', 'a3', 'a4');
    await run.whenCaughtUp();
    await replay(['a3'], 'discard');
    await replay(['a1'], 'discard');
    await replay(['a2', 'a4']);
    await run.whenCaughtUp();
    await publish('a5');
    await run.whenCaughtUp();
    expect(applied).toEqual(['a2', 'a4', 'a5']);
    expect(acks()).toEqual(['discarded', 'discarded', 'delivered', 'delivered']);
  });

  it('discards without handling also where no key is held', async () => {
    broken.set('a1', never);
    const { run } = await start('tiers');
    await publish('a1');
    await run.whenCaughtUp();
    broken.clear();
    await replay(['a1'], 'discard');
    await run.whenCaughtUp();
    expect([applied, acks()]).toEqual([[], ['discarded']]);
  });

  it('lets newer records wait for the end of a line that moves, instead of joining it', async () => {
    broken.set('a1', never);
    const { run } = await start('hold-key');
    await publish('a1', 'a2', 'a3');
    await run.whenCaughtUp();
    broken.clear();
    await replay(['a1']);
    await run.whenCaughtUp();
    await publish('a4', 'b1', 'a5');
    await turns();
    expect(applied).toEqual(['a1', 'b1']);
    expect(dead()).toHaveLength(3);
    await replay(['a2', 'a3']);
    await run.whenCaughtUp();
    expect(applied).toEqual(['a1', 'b1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('puts them into the line after all when it does not end in time, still in order', async () => {
    broken.set('a1', never);
    const { run } = await start('hold-key');
    await publish('a1', 'a2');
    await run.whenCaughtUp();
    broken.clear();
    await replay(['a1']);
    await run.whenCaughtUp();
    await publish('a3', 'a4');
    await passes(61_000, 5_000);
    await run.whenCaughtUp();
    expect(dead().slice(2)).toEqual([
      { name: 'a3', code: 'X_KEY_HELD', at: 2 },
      { name: 'a4', code: 'X_KEY_HELD', at: 3 },
    ]);
    await replay(['a2', 'a3']);
    await publish('a5');
    await turns();
    await replay(['a4']);
    await run.whenCaughtUp();
    expect(applied).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('lets no more wait in memory than a quarter of the high-water mark', async () => {
    broken.set('a1', never);
    const { run } = await start('hold-key', { settings: { highWaterRecords: 12 } });
    await publish('a1', 'a2');
    await run.whenCaughtUp();
    broken.clear();
    await replay(['a1']);
    await run.whenCaughtUp();
    await publish('a3', 'a4', 'a5', 'a6');
    await run.whenCaughtUp();
    expect(
      dead()
        .slice(2)
        .map(({ name }) => name),
    ).toEqual(['a3', 'a4', 'a5', 'a6']);
    await replay(['a2', 'a3', 'a4', 'a5', 'a6']);
    await run.whenCaughtUp();
    expect(applied).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  });

  it('halts when more keys are held than it may, and loses nothing', async () => {
    for (const name of ['a1', 'b1', 'c1']) broken.set(name, never);
    const { run } = await start('hold-key', { settings: { maxHeldKeys: 2 } });
    await publish('a1', 'b1', 'c1', 'c2');
    await turns();
    expect(run.state()).toEqual({ state: 'halted', code: 'X_KEYS_HELD_TOO_MANY' });
    expect(dead().map(({ name }) => name)).toEqual(['a1', 'b1']);
    broken.delete('c1');
    await run.resume();
    await run.whenCaughtUp();
    expect(applied).toEqual(['c1', 'c2']);
  });

  it('needs the order key and a store', async () => {
    await expect(rig.start(keeper('hold-key', { order: 'none' }), { heldKeys })).rejects.toThrow(/order must be key/);
    await expect(rig.start(keeper('hold-key'))).rejects.toThrow(/needs a store/);
  });
});

describe('a held key outlives its process', () => {
  it('that is killed: the next one holds on, and asks before it starts anything', async () => {
    broken.set('a1', never);
    const first = await start('hold-key');
    await publish('a1', 'a2');
    await first.run.whenCaughtUp();
    rig.clock.advance(1_000);
    await turns();
    await first.crash();
    broken.clear();
    await publish('a3', 'b1');
    const { run } = await start('hold-key');
    await run.whenCaughtUp();
    expect(applied).toEqual(['b1']);
    expect(dead().at(-1)).toEqual({ name: 'a3', code: 'X_KEY_HELD', at: 2 });
    await replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    expect(applied).toEqual(['b1', 'a1', 'a2', 'a3']);
  });

  it('that is killed before its commit: what comes again keeps its place and its id', async () => {
    broken.set('a1', never);
    const first = await start('hold-key', { settings: { commitIntervalMs: 3_600_000 } });
    await publish('a1', 'a2', 'a3');
    await first.run.whenCaughtUp();
    await first.crash();
    const { run } = await start('hold-key');
    await run.whenCaughtUp();
    const ids = deadRecords().map(({ headers }) => readDeadLetter(headers)?.id);
    expect(dead().map(({ at }) => at)).toEqual([0, 1, 2, 0, 1, 2]);
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
    broken.clear();
    await replay(['a1', 'a2', 'a3']);
    await run.whenCaughtUp();
    expect(applied).toEqual(['a1', 'a2', 'a3']);
  });

  it('that is killed between the hold and the dead letter: nothing overtakes, nothing is lost', async () => {
    broken.set('a1', never);
    const stuck = (producer: Producer): Producer => ({
      ...producer,
      send: (record) => (record.topic === `dlq.${group}` ? new Promise(() => undefined) : producer.send(record)),
    });
    const first = await start('hold-key', { wrapProducer: stuck });
    await publish('a1', 'a2');
    await turns();
    expect(dead()).toEqual([]);
    await first.crash();
    // The reason is gone meanwhile: the first is the first of its line, so it may be tried.
    broken.clear();
    const { run } = await start('hold-key');
    await run.whenCaughtUp();
    expect(applied).toEqual(['a1', 'a2']);
    expect(dead()).toEqual([]);
  });

  it('that is killed while a line is released: what was done before the kill is not put behind it', async () => {
    broken.set('a1', never);
    const first = await start('hold-key', { settings: { commitIntervalMs: 3_600_000 } });
    await publish('a1', 'a2', 'a3');
    await first.run.whenCaughtUp();
    await first.run.drain();
    await first.run.close();
    broken.clear();
    const second = await start('hold-key', { settings: { commitIntervalMs: 3_600_000 } });
    await replay(['a1', 'a2']);
    await second.run.whenCaughtUp();
    await second.crash();
    const third = await start('hold-key');
    await replay(['a3']);
    await third.run.whenCaughtUp();
    expect(applied).toEqual(['a1', 'a2', 'a3']);
    expect(dead()).toHaveLength(3);
  });

  it('through a rebalance', async () => {
    broken.set('a1', never);
    const { run, broker } = await start('hold-key');
    await publish('a1', 'a2');
    await run.whenCaughtUp();
    await broker.rebalance(group);
    await publish('a3');
    await run.whenCaughtUp();
    expect(dead().at(-1)).toEqual({ name: 'a3', code: 'X_KEY_HELD', at: 2 });
    expect(applied).toEqual([]);
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
    broken.set('a1', never);
    const { run } = await start('hold-key', { heldKeys: failing(heldKeys, () => isAway) });
    await publish('b1');
    await run.whenCaughtUp();
    isAway = true;
    await publish('a1');
    await turns();
    await publish('a2', 'b2');
    await passes(30_000);
    expect([applied, dead()]).toEqual([['b1'], []]);
    isAway = false;
    await passes(6_000);
    await run.whenCaughtUp();
    expect(applied).toEqual(['b1', 'b2']);
    expect(dead().map(({ name }) => name)).toEqual(['a1', 'a2']);
  });

  it('at the start lets nothing begin, because nobody can say what is held', async () => {
    let isAway = true;
    const { run } = await start('hold-key', { heldKeys: failing(heldKeys, () => isAway) });
    await publish('a1');
    await passes(10_000);
    expect(applied).toEqual([]);
    isAway = false;
    await passes(6_000);
    await run.whenCaughtUp();
    expect(applied).toEqual(['a1']);
  });
});
