import { describe, expect, it } from '@jest/globals';
import { type Batcher, type BatcherOptions, createBatcher, type Failure } from '../src/batcher.ts';

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Recorded {
  readonly batcher: Batcher<string, string>;
  readonly batches: string[][];
  readonly signals: AbortSignal[];
}

/** Items are `key`, or `key!` that makes its whole batch be refused. */
function aBatcher(
  over: Partial<BatcherOptions<string, string>> = {},
  gate = async (): Promise<void> => undefined,
): Recorded {
  const batches: string[][] = [];
  const signals: AbortSignal[] = [];
  const batcher = createBatcher<string, string>({
    keysOf: (item) => [item.replace('!', '')],
    maxItems: () => 100,
    maxWaitMs: 0,
    admit: async () => undefined,
    write: async (items, signal) => {
      batches.push([...items]);
      signals.push(signal);
      await gate();
      if (items.some((item) => item.endsWith('!'))) throw new Error('refused');
      if (items.includes('away')) throw new Error('away');
      return items.map((item) => `wrote ${item}`);
    },
    isOneItemsFault: (error) => (error as Error).message === 'refused',
    failed: ({ cause, wasSent }: Failure) => new Error(`${(cause as Error).message}, ${wasSent ? 'sent' : 'not sent'}`),
    now: () => performance.now(),
    ...over,
  });
  return { batcher, batches, signals };
}

const outcomes = async (all: readonly Promise<string>[]): Promise<readonly string[]> =>
  (await Promise.allSettled(all)).map((one) =>
    one.status === 'fulfilled' ? one.value : `failed: ${(one.reason as Error).message}`,
  );

describe('a batcher', () => {
  it('sends what came in the same moment as one batch', async () => {
    const { batcher, batches } = aBatcher();
    await Promise.all(['a', 'b', 'c'].map((item) => batcher.submit(item, never)));
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('sends what came during a batch as the next one', async () => {
    const gate = Promise.withResolvers<void>();
    const { batcher, batches } = aBatcher({}, () => gate.promise);
    const first = batcher.submit('a', never);
    while (batches.length === 0) await turn();
    const others = ['b', 'c', 'd'].map((item) => batcher.submit(item, never));
    gate.resolve();
    await Promise.all([first, ...others]);
    expect(batches).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('lets a lone item of an idle route wait for nobody, however long a batch may wait', async () => {
    const { batcher, batches } = aBatcher({ maxWaitMs: 3_600_000 });
    void batcher.submit('a', never);
    await turn();
    await turn();
    expect(batches).toEqual([['a']]);
  });

  it('waits for a full batch while it is busy, and for no longer than it may', async () => {
    const gate = Promise.withResolvers<void>();
    const full = aBatcher({ maxWaitMs: 3_600_000, maxItems: () => 2 }, () => gate.promise);
    const first = full.batcher.submit('a', never);
    while (full.batches.length === 0) await turn();
    const second = full.batcher.submit('b', never);
    gate.resolve();
    await first;
    await turn();
    expect(full.batches).toEqual([['a']]);
    await Promise.all([second, full.batcher.submit('c', never)]);
    expect(full.batches).toEqual([['a'], ['b', 'c']]);
    const timed = aBatcher({ maxWaitMs: 5 });
    expect(await outcomes([timed.batcher.submit('a', never), timed.batcher.submit('a', never)])).toHaveLength(2);
    expect(timed.batches).toEqual([['a'], ['a']]);
  });

  it('has a key once per batch, in the order of the calls', async () => {
    const { batcher, batches } = aBatcher();
    await Promise.all(['a', 'b', 'a', 'a', 'c'].map((item) => batcher.submit(item, never)));
    expect(batches).toEqual([['a', 'b', 'c'], ['a'], ['a']]);
  });

  it('sends no more items and no more bytes at once than it may, and what is larger alone', async () => {
    const items = aBatcher({ maxItems: () => 2 });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((item) => items.batcher.submit(item, never)));
    expect(items.batches.map(({ length }) => length)).toEqual([2, 2, 1]);
    const bytes = aBatcher({ maxBytes: 10, bytesOf: ({ length }) => length, keysOf: (item) => [item.slice(0, 1)] });
    await Promise.all(['a234', 'b23456789012', 'b2', 'c234', 'd234'].map((item) => bytes.batcher.submit(item, never)));
    expect(bytes.batches).toEqual([['a234', 'c234'], ['b23456789012'], ['b2', 'd234']]);
  });

  it('finds the items that the whole is refused for, and sends all others', async () => {
    const { batcher } = aBatcher();
    const items = Array.from({ length: 50 }, (_, at) => (at === 7 || at === 33 ? `r${at}!` : `r${at}`));
    const ended = await outcomes(items.map((item) => batcher.submit(item, never)));
    expect(ended).toEqual(items.map((item) => (item.endsWith('!') ? 'failed: refused, sent' : `wrote ${item}`)));
  });

  it('fails all of a batch that no item is to blame for, and goes on with the next', async () => {
    const { batcher, batches } = aBatcher();
    const ended = await outcomes(['a', 'away', 'b'].map((item) => batcher.submit(item, never)));
    expect(ended).toEqual(['failed: away, sent', 'failed: away, sent', 'failed: away, sent']);
    expect(batches).toHaveLength(1);
    await expect(batcher.submit('c', never)).resolves.toBe('wrote c');
  });

  it('fails what may not go, unsent, and goes on with the next', async () => {
    let isOpen = false;
    const admit = async (): Promise<void> => {
      if (!isOpen) throw new Error('paused');
    };
    const { batcher, batches } = aBatcher({ admit });
    expect(await outcomes(['a', 'b'].map((item) => batcher.submit(item, never)))).toEqual([
      'failed: paused, not sent',
      'failed: paused, not sent',
    ]);
    isOpen = true;
    await expect(batcher.submit('c', never)).resolves.toBe('wrote c');
    expect(batches).toEqual([['c']]);
  });

  it('does not send an item whose caller has gone, and tells it so', async () => {
    const { batcher, batches } = aBatcher();
    const abort = new AbortController();
    const all = [batcher.submit('a', abort.signal), batcher.submit('b', never)];
    abort.abort(new Error('gone'));
    expect(await outcomes(all)).toEqual(['failed: gone, not sent', 'wrote b']);
    expect(batches).toEqual([['b']]);
  });

  it('goes on with a batch of which one caller has gone, and aborts it when all have', async () => {
    const gate = Promise.withResolvers<void>();
    const { batcher, batches, signals } = aBatcher({}, () => gate.promise);
    const [one, other] = [new AbortController(), new AbortController()];
    const all = [batcher.submit('a', one.signal), batcher.submit('b', other.signal)];
    while (batches.length === 0) await turn();
    one.abort(new Error('gone'));
    expect(signals[0]?.aborted).toBe(false);
    other.abort(new Error('gone too'));
    expect(signals[0]?.aborted).toBe(true);
    expect(await outcomes(all)).toEqual(['failed: gone, sent', 'failed: gone too, sent']);
    gate.resolve();
    await batcher.idle();
  });

  it('fails an item that it was given no answer for', async () => {
    const { batcher } = aBatcher({ write: async (items) => items.slice(1) });
    expect(await outcomes(['a', 'b'].map((item) => batcher.submit(item, never)))).toEqual(
      ['wrote b', 'failed: expected 2 answers, and 1 came, sent'].map((text, at) => (at === 0 ? 'b' : text)),
    );
  });

  it('is idle when nothing is on its way', async () => {
    const { batcher } = aBatcher();
    await batcher.idle();
    const written = batcher.submit('a', never);
    await batcher.idle();
    await expect(written).resolves.toBe('wrote a');
  });
});
