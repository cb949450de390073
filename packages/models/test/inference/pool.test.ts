import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createInferencePool, type InferencePool, type PoolOptions } from '../../src/inference/pool.ts';
import type { Question } from '../../src/inference/question.ts';
import { temporaryFolder } from '../fixtures/tiny.ts';

const anyone = { pack: 'any', mode: 'fast' } as const;
const pools: InferencePool[] = [];
const never = new AbortController().signal;

function aPool(over: Partial<PoolOptions> = {}): InferencePool {
  const pool = createInferencePool({
    settings: { packs: {}, hasEncoder: false },
    workers: 1,
    batchTimeoutMs: 10_000,
    maxWaiting: 100,
    workerFile: new URL('../fixtures/dying-worker.ts', import.meta.url),
    ...over,
  });
  pools.push(pool);
  return pool;
}

function ask(pool: InferencePool, text: string, signal: AbortSignal = never): Promise<string | null | undefined> {
  const question: Question = { ...anyone, text, facts: [], tasks: [{ task: 'echo', taxonomy: { labels: [] } }] };
  return pool.ask(question, signal).then(([judgement]) => judgement?.label);
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('inference pool', () => {
  it('answers every question, eight of the waiting ones at a time', async () => {
    const pool = aPool();
    const texts = Array.from({ length: 30 }, (_, at) => `text ${at}`);
    expect(await Promise.all(texts.map((text) => ask(pool, text)))).toEqual(texts);
    const [batch] = await pool.ask(
      { ...anyone, text: 'alone', facts: [], tasks: [{ task: 'echo', taxonomy: { labels: [] } }] },
      never,
    );
    expect(batch?.reason).toBe('1');
  });

  it('replaces a worker that died and asks its texts again', async () => {
    const pool = aPool();
    const marker = join(await temporaryFolder(), 'died');
    expect(await Promise.all(['a', `die-once ${marker}`, 'b'].map((text) => ask(pool, text)))).toEqual([
      'a',
      `die-once ${marker}`,
      'b',
    ]);
  });

  it('gives up a text over which two workers died, and no other', async () => {
    const pool = aPool();
    const outcomes = await Promise.allSettled(['a', 'die', 'b', 'c'].map((text) => ask(pool, text)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'X_MODEL_WORKER_LOST', disposition: { kind: 'retry' } } });
    expect(await ask(pool, 'after')).toBe('after');
  });

  it('ends a worker that hangs and says so of the text, while its neighbours are answered', async () => {
    const pool = aPool({ batchTimeoutMs: 1_500 });
    const outcomes = await Promise.allSettled(['a', 'hang', 'b'].map((text) => ask(pool, text)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'X_MODEL_TIMEOUT' } });
  });

  it('blames no text for the time that the successor of a worker takes to load', async () => {
    const marker = join(await temporaryFolder(), 'died');
    const pool = aPool({
      batchTimeoutMs: 1_000,
      settings: { packs: { marker }, hasEncoder: false },
      workerFile: new URL('../fixtures/slow-to-load-worker.ts', import.meta.url),
    });
    await pool.warmUp();
    const texts = [`die-once ${marker}`, 'a', 'b'];
    expect(await Promise.all(texts.map((text) => ask(pool, text)))).toEqual(texts);
  });

  it('takes a worker that cannot load for an outage, not for the fault of a text', async () => {
    const refusing = createInferencePool({
      settings: { packs: { lost: '/nowhere' }, hasEncoder: false },
      workers: 1,
      batchTimeoutMs: 10_000,
      maxWaiting: 10,
    });
    pools.push(refusing);
    await expect(ask(refusing, 'a')).rejects.toMatchObject({
      ...{ code: 'X_MODEL_WORKER_LOST', disposition: { kind: 'retry' }, unavailable: true },
    });
  });

  it('stops waiting at once when aborted, and goes on answering others', async () => {
    const pool = aPool({ batchTimeoutMs: 2_000 });
    const abort = new AbortController();
    const asked = ask(pool, 'hang', abort.signal);
    abort.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    expect(await ask(pool, 'other')).toBe('other');
  });

  it("refuses what it cannot hold, as an outage and not as the record's fault", async () => {
    const pool = aPool({ maxWaiting: 2 });
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((text) => ask(pool, text)));
    expect(outcomes[2]).toMatchObject({ reason: { code: 'X_MODEL_OVERLOADED', unavailable: true } });
  });

  it('rejects what waits when closed, and closes twice', async () => {
    const pool = aPool();
    await pool.warmUp();
    const asked = Promise.allSettled([ask(pool, 'hang'), ask(pool, 'a')]);
    await new Promise((resolve) => setImmediate(resolve));
    await pool.close();
    await pool.close();
    for (const outcome of await asked) expect(outcome).toMatchObject({ reason: { code: 'X_MODEL_CLOSED' } });
    await expect(ask(pool, 'late')).rejects.toMatchObject({ code: 'X_MODEL_CLOSED' });
  });

  it('fails to warm up, with the reason, when a worker cannot load', async () => {
    const pool = createInferencePool({
      settings: { packs: { lost: '/nowhere' }, hasEncoder: false },
      workers: 1,
      batchTimeoutMs: 10_000,
      maxWaiting: 1,
    });
    pools.push(pool);
    await expect(pool.warmUp()).rejects.toThrow(/pack\.json/);
  });
});
