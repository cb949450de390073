import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CodedError, deadLetter, retry } from '../../src/disposition.ts';
import type { Envelope } from '../../src/envelope.ts';
import { createInMemorySerde } from '../../src/in-memory/serde.ts';
import { boundBodies } from '../../src/middleware/bound-bodies.ts';
import { checkIn, claimCheck } from '../../src/middleware/claim-check.ts';
import { recordOutcome } from '../../src/middleware/record-outcome.ts';
import { retryInside } from '../../src/middleware/retry.ts';
import { timeout } from '../../src/middleware/timeout.ts';
import type { Handled, Handler } from '../../src/pipeline.ts';
import type { OutcomeKey, OutcomeStore } from '../../src/stores.ts';
import { createManualClock, type Note, noteTopic, turns } from '../../src/testing/index.ts';

const output = noteTopic('notes.out');
const nothing: Handled = { outputs: [], outcome: { kind: 'delivered' } };
const never = new AbortController().signal;
const coded = (disposition: CodedError['disposition'], unavailable = false): CodedError =>
  new CodedError('X_TEST', 'failed', { disposition, unavailable });

function envelope<T>(data: T, fields: Partial<Envelope<T>> = {}): Envelope<T> {
  const stands = { topic: 't', partition: 0, offset: 0 };
  return {
    id: 'e',
    source: 's',
    type: 't',
    time: '2026-01-01T00:00:00.000Z',
    correlationid: 'c',
    causationid: null,
    generation: 0,
    traceparent: null,
    key: 'k',
    data,
    origin: { ...stands, timestamp: 0 },
    delivery: { position: stands, through: 'source', attempt: 0, replay: null },
    ...fields,
  };
}

describe('retryInside', () => {
  const failingTimes = (times: number, error: Error) => {
    let tried = 0;
    const handle: Handler<Note> = () => {
      tried += 1;
      if (tried <= times) throw error;
      return nothing;
    };
    return { handle, tried: () => tried };
  };
  const middleware = (clock = createManualClock()) =>
    retryInside({ tries: 2, baseMs: 100, capMs: 1_000, clock, random: () => 0.5 });

  it('hides an error that passes', async () => {
    const clock = createManualClock();
    const { handle, tried } = failingTimes(2, coded(retry()));
    const result = middleware(clock)(handle)(envelope({ text: '', number: 0 }), never);
    await turns();
    clock.advance(50);
    await turns();
    clock.advance(100);
    expect(await result).toBe(nothing);
    expect(tried()).toBe(3);
  });

  it.each([
    ['a dead letter', coded(deadLetter)],
    ['an absent dependency', coded(retry(), true)],
    ['a wait longer than its cap', coded(retry(5_000))],
    ['an error nobody declared', new TypeError('bug')],
  ])('leaves %s to the pipeline', async (_, error) => {
    const { handle, tried } = failingTimes(9, error);
    await expect(middleware()(handle)(envelope({ text: '', number: 0 }), never)).rejects.toBe(error);
    expect(tried()).toBe(1);
  });
});

describe('timeout', () => {
  const obedient: Handler<Note> = (_, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

  it('aborts a handler whose time is up, with a code that says so', async () => {
    const clock = createManualClock();
    const result = timeout({ ms: 1_000, clock })(obedient)(envelope({ text: '', number: 0 }), never);
    const failed = expect(result).rejects.toMatchObject({ code: 'X_HANDLER_TIMEOUT', disposition: { kind: 'retry' } });
    clock.advance(1_000);
    await failed;
  });

  it('gives each its own time with one timer for all', async () => {
    const clock = createManualClock();
    const wrapped = timeout({ ms: 1_000, clock })(obedient);
    const first = Promise.resolve(wrapped(envelope({ text: '', number: 0 }), never)).catch((error) => [
      clock.monotonic(),
      error.code,
    ]);
    clock.advance(400);
    const second = Promise.resolve(wrapped(envelope({ text: '', number: 1 }), never)).catch((error) => [
      clock.monotonic(),
      error.code,
    ]);
    expect(clock.pending).toBe(1);
    clock.advance(600);
    expect(await first).toEqual([1_000, 'X_HANDLER_TIMEOUT']);
    clock.advance(400);
    expect(await second).toEqual([1_400, 'X_HANDLER_TIMEOUT']);
    expect(clock.pending).toBe(0);
  });

  it('costs a handler that answers at once nothing, and passes results and errors through', async () => {
    const clock = createManualClock();
    const wrap = timeout({ ms: 1_000, clock });
    expect(wrap(() => nothing)(envelope({}), never)).toBe(nothing);
    expect(clock.pending).toBe(0);
    expect(await wrap(async () => nothing)(envelope({}), never)).toBe(nothing);
    await expect(wrap(async () => Promise.reject(coded(deadLetter)))(envelope({}), never)).rejects.toMatchObject({
      code: 'X_TEST',
    });
  });

  it('passes an abort from outside on as what it is', async () => {
    const outer = new AbortController();
    const result = timeout({ ms: 1_000, clock: createManualClock() })(obedient)(
      envelope({ text: '', number: 0 }),
      outer.signal,
    );
    outer.abort(new Error('drained'));
    await expect(result).rejects.toThrow('drained');
  });
});

describe('claimCheck', () => {
  const body = Buffer.from('a large body');
  const data = { body: null, bodyRef: { ref: 'r', sha256: hash('sha256', body, 'hex'), bytes: body.length } };
  const store = { put: async () => 'r', get: async () => body };

  it('shows the handler the body as if it had travelled inside', async () => {
    let seen: unknown;
    const handle: Handler<unknown> = (given) => {
      seen = given.data;
      return nothing;
    };
    await claimCheck(store)(handle)(envelope<unknown>(data), never);
    expect(seen).toEqual({ ...data, body });
  });

  it('refuses a body that is not the one the record states', async () => {
    const other = { ...store, get: async () => Buffer.from('another') };
    const result = claimCheck(other)<unknown>(() => nothing)(envelope<unknown>(data), never);
    await expect(result).rejects.toMatchObject({ code: 'X_BODY_MISMATCH', disposition: { kind: 'dead-letter' } });
  });

  it('says of a body that was erased what it is told to, with the record at hand', async () => {
    const erased: Handled = { outputs: [], outcome: { kind: 'filtered', reason: 'gone' } };
    const seen: unknown[] = [];
    const gone = claimCheck(
      { get: async () => null },
      {
        erased: ({ data: of }) => {
          seen.push(of);
          return erased;
        },
      },
    );
    expect(await gone<unknown>(() => nothing)(envelope<unknown>(data), never)).toBe(erased);
    expect(seen).toEqual([data]);
    const plain = claimCheck({ get: async () => null })<unknown>(() => nothing)(envelope<unknown>(data), never);
    expect(await plain).toEqual({ outputs: [], outcome: { kind: 'filtered', reason: 'erased' } });
  });

  it('gives back what was checked in, and checks nothing in that fits its record', async () => {
    const kept = new Map<string, Buffer>();
    const keys: (string | null)[] = [];
    const keeping = {
      put: async (bytes: Buffer, key: string | null) => {
        kept.set('r', bytes);
        keys.push(key);
        return 'r';
      },
      get: async (ref: string) => kept.get(ref) ?? null,
    };
    const fits = { key: 'k', maxBytes: body.length };
    expect(await checkIn(keeping, body, fits)).toEqual({ body, bodyRef: null });
    expect(keys).toEqual([]);
    const record = await checkIn(keeping, body, { key: 'k', maxBytes: body.length - 1 });
    expect([record.body, keys]).toEqual([null, ['k']]);
    let seen: unknown;
    const handle: Handler<unknown> = ({ data: given }) => {
      seen = given;
      return nothing;
    };
    await claimCheck(keeping)(handle)(envelope<unknown>(record), never);
    expect(seen).toEqual({ ...record, body });
  });

  it('leaves records alone that carry their body, or have none', () => {
    const away = { ...store, get: () => Promise.reject(new Error('not asked')) };
    for (const plain of [{ body, bodyRef: null }, { text: 'a' }, null]) {
      expect(claimCheck(away)<unknown>(() => nothing)(envelope<unknown>(plain), never)).toBe(nothing);
    }
  });
});

describe('boundBodies', () => {
  const large = (bytes: number) => envelope<unknown>({ body: null, bodyRef: { ref: 'r', sha256: '', bytes } });

  function gated() {
    const running: { readonly bytes: number; readonly end: (error?: Error) => void }[] = [];
    const handle = boundBodies({ maxBytes: 100 })<unknown>(({ data }) => {
      const { promise, resolve, reject } = Promise.withResolvers<Handled>();
      const { bytes } = (data as { readonly bodyRef: { readonly bytes: number } }).bodyRef;
      running.push({ bytes, end: (error) => (error === undefined ? resolve(nothing) : reject(error)) });
      return promise;
    });
    return { handle, running, sizes: () => running.map(({ bytes }) => bytes) };
  }

  it('holds no more bytes at once than it may, in the order in which they came', async () => {
    const { handle, running, sizes } = gated();
    const all = [60, 30, 40, 5].map((bytes) => handle(large(bytes), never));
    await turns();
    expect(sizes()).toEqual([60, 30]);
    running[0]?.end(new Error('failed'));
    await expect(all[0]).rejects.toThrow('failed');
    await turns();
    expect(sizes()).toEqual([60, 30, 40, 5]);
    for (const { end } of running) end();
    await Promise.all(all.slice(1));
  });

  it('lets one that is larger than the bound go alone', async () => {
    const { handle, running, sizes } = gated();
    const all = [10, 500, 10].map((bytes) => handle(large(bytes), never));
    await turns();
    expect(sizes()).toEqual([10]);
    running[0]?.end();
    await turns();
    expect(sizes()).toEqual([10, 500]);
    running[1]?.end();
    await turns();
    expect(sizes()).toEqual([10, 500, 10]);
    running[2]?.end();
    await Promise.all(all);
  });

  it('gives up one that is aborted while it waits, and lets the next go', async () => {
    const { handle, sizes } = gated();
    const abort = new AbortController();
    void handle(large(90), never);
    const waiting = handle(large(90), abort.signal);
    const next = handle(large(10), never);
    await turns();
    expect(sizes()).toEqual([90]);
    abort.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    await turns();
    expect(sizes()).toEqual([90, 10]);
    void next;
  });

  it('asks nothing of a record that carries its body', () => {
    const plain = envelope<unknown>({ body: Buffer.alloc(1_000), bodyRef: null });
    expect(boundBodies({ maxBytes: 1 })<unknown>(() => nothing)(plain, never)).toBe(nothing);
  });
});

describe('recordOutcome', () => {
  const memoryStore = (): OutcomeStore & { readonly kept: Map<string, Buffer> } => {
    const kept = new Map<string, Buffer>();
    const name = (key: OutcomeKey): string => JSON.stringify([key.stage, key.inputId, key.generation]);
    return {
      kept,
      find: async (key) => kept.get(name(key)) ?? null,
      record: async (key, bytes) => {
        if (!kept.has(name(key))) kept.set(name(key), bytes);
        return kept.get(name(key)) as Buffer;
      },
      erase: async () => {
        for (const known of kept.keys()) kept.set(known, Buffer.alloc(0));
      },
    };
  };
  const serde = createInMemorySerde();
  const paid = () => {
    let calls = 0;
    const handle: Handler<Note> = async ({ key }) => {
      calls += 1;
      return {
        outputs: [{ to: output, key, data: { text: 'answer', number: calls }, item: 'i' }],
        outcome: { kind: 'emitted' },
      };
    };
    return { handle, calls: () => calls };
  };
  const wrap = (store: OutcomeStore, handle: Handler<Note>) =>
    recordOutcome({ store, serde, stage: 'classify', to: [output] })(handle);
  const note = envelope({ text: '', number: 0 });

  it('pays once and emits the stored bytes ever after', async () => {
    const { handle, calls } = paid();
    const store = memoryStore();
    const first = await wrap(store, handle)(note, never);
    const second = await wrap(store, handle)(note, never);
    expect(calls()).toBe(1);
    expect(second).toEqual(first);
    expect(second.outputs[0]?.bytes).toEqual(serde.encode(output, { text: 'answer', number: 1 }));
    expect(second.outputs[0]).toMatchObject({ to: output, key: 'k', item: 'i' });
  });

  it('lets the first writer win when two race', async () => {
    const { handle } = paid();
    const store = memoryStore();
    const both = await Promise.all([wrap(store, handle)(note, never), wrap(store, handle)(note, never)]);
    expect(both[0]).toEqual(both[1]);
  });

  it('pays again for a replay with its own generation', async () => {
    const { handle, calls } = paid();
    const store = memoryStore();
    await wrap(store, handle)(note, never);
    await wrap(store, handle)({ ...note, generation: 1 }, never);
    expect(calls()).toBe(2);
  });

  it('stores no failure', async () => {
    const store = memoryStore();
    await expect(wrap(store, async () => Promise.reject(coded(retry())))(note, never)).rejects.toMatchObject({
      code: 'X_TEST',
    });
    expect(store.kept.size).toBe(0);
  });

  it.each(['{', '{"v":2}', '{"v":1,"outcome":{"kind":"emitted"},"outputs":[{"to":"gone","key":"k","value":""}]}'])(
    'refuses what it cannot emit again: %s',
    async (bytes) => {
      const store = { ...memoryStore(), find: async () => Buffer.from(bytes) };
      await expect(wrap(store, paid().handle)(note, never)).rejects.toMatchObject({ code: 'X_OUTCOME_UNREADABLE' });
    },
  );
});
