import { describe, expect, it } from '@jest/globals';
import { createGroupCommit, type GroupCommitOptions } from '../src/group-commit.ts';

interface Item {
  readonly key: string;
  readonly size?: number;
}

function statements(
  options: Pick<GroupCommitOptions<Item, string>, 'maxItems' | 'maxBytes' | 'gatherMs' | 'sleep'> = {},
) {
  const carried: string[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const state = { gated: false, failing: (_keys: readonly string[]): boolean => false };
  const submit = createGroupCommit<Item, string>({
    ...options,
    keyOf: ({ key }) => key,
    bytesOf: ({ size = 0 }) => size,
    isOneItemsFault: (error) => (error as Error).message === 'poison',
    execute: async (items) => {
      const keys = items.map(({ key }) => key);
      carried.push(keys);
      if (state.gated) {
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        await gate.promise;
      }
      if (state.failing(keys)) throw new Error(keys.includes('poison') ? 'poison' : 'away');
      return keys.map((key) => `${key}!`);
    },
  });
  return { carried, gates, state, submit };
}

const settled = async (promise: Promise<string>): Promise<string> => promise.catch((error: Error) => error.message);

describe('createGroupCommit', () => {
  it('puts all callers of one turn into one statement, sorted, each with its own result', async () => {
    const { submit, carried } = statements();
    expect(await Promise.all(['c', 'a', 'b'].map((key) => submit({ key })))).toEqual(['c!', 'a!', 'b!']);
    expect(carried).toEqual([['a', 'b', 'c']]);
  });

  it('has one statement in flight, and sends together what came meanwhile', async () => {
    const { submit, carried, gates, state } = statements();
    state.gated = true;
    const first = submit({ key: 'a' });
    await turn();
    const rest = Promise.all([submit({ key: 'b' }), submit({ key: 'c' })]);
    await turn();
    expect(carried).toEqual([['a']]);
    gates[0]?.resolve();
    await first;
    await turn();
    expect(carried).toEqual([['a'], ['b', 'c']]);
    gates[1]?.resolve();
    expect(await rest).toEqual(['b!', 'c!']);
  });

  it('lets no small item go before a large one of its key that did not fit', async () => {
    const { submit, carried } = statements({ maxBytes: 10 });
    const items = [
      { key: 'a', size: 8 },
      { key: 'b', size: 9 },
      { key: 'b', size: 1 },
    ];
    await Promise.all(items.map((item) => submit(item)));
    expect(carried).toEqual([['a'], ['b'], ['b']]);
  });

  it('gathers for as long as it is told before it starts, and no longer than a statement is full', async () => {
    const slept: number[] = [];
    const over = Promise.withResolvers<void>();
    const sleep = (ms: number): Promise<void> => {
      slept.push(ms);
      return over.promise;
    };
    const { submit, carried } = statements({ gatherMs: 10, maxItems: 3, sleep });
    const first = submit({ key: 'a' });
    await turn();
    const second = submit({ key: 'b' });
    await turn();
    expect([slept, carried]).toEqual([[10], []]);
    over.resolve();
    await Promise.all([first, second]);
    expect(carried).toEqual([['a', 'b']]);
    await Promise.all(['c', 'd', 'e'].map((key) => submit({ key })));
    expect([slept, carried]).toEqual([
      [10],
      [
        ['a', 'b'],
        ['c', 'd', 'e'],
      ],
    ]);
  });

  it('never puts one key twice into a statement', async () => {
    const { submit, carried } = statements();
    await Promise.all([submit({ key: 'a' }), submit({ key: 'a' }), submit({ key: 'b' }), submit({ key: 'a' })]);
    expect(carried).toEqual([['a', 'b'], ['a'], ['a']]);
  });

  it('bounds a statement by items and by bytes, and lets one that is too large go alone', async () => {
    const byItems = statements({ maxItems: 2 });
    await Promise.all(['a', 'b', 'c'].map((key) => byItems.submit({ key })));
    expect(byItems.carried).toEqual([['a', 'b'], ['c']]);
    const byBytes = statements({ maxBytes: 10 });
    await Promise.all([40, 6, 4, 1].map((size) => byBytes.submit({ key: `k${size}`, size })));
    expect(byBytes.carried).toEqual([['k40'], ['k4', 'k6'], ['k1']]);
  });

  it('fails the callers of a failed statement and no others', async () => {
    const { submit, state } = statements();
    state.failing = (keys) => keys.includes('a');
    const first = Promise.all([settled(submit({ key: 'a' })), settled(submit({ key: 'b' }))]);
    expect(await first).toEqual(['away', 'away']);
    expect(await submit({ key: 'c' })).toBe('c!');
  });

  it('lets one poisonous item harm only itself', async () => {
    const { submit, state } = statements();
    state.failing = (keys) => keys.includes('poison');
    const keys = ['a', 'poison', 'z'];
    expect(await Promise.all(keys.map((key) => settled(submit({ key }))))).toEqual(['a!', 'poison', 'z!']);
  });

  it('gives up waiting when aborted, without disturbing the others', async () => {
    const { submit, carried, gates, state } = statements();
    state.gated = true;
    const first = submit({ key: 'a' });
    await turn();
    const controller = new AbortController();
    const given = settled(submit({ key: 'b' }, controller.signal));
    const kept = submit({ key: 'c' });
    controller.abort(new Error('enough'));
    expect(await given).toBe('enough');
    state.gated = false;
    gates[0]?.resolve();
    expect(await Promise.all([first, kept])).toEqual(['a!', 'c!']);
    expect(carried).toEqual([['a'], ['c']]);
    await expect(submit({ key: 'd' }, controller.signal)).rejects.toThrow('enough');
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
