import { describe, expect, it } from '@jest/globals';
import type { InDoubt, SinkBatch, SinkDelivery, SinkResult } from '@millrace/connectors/kit/sink';
import { CodedError, deadLetter, halt } from '@millrace/messaging';
import { createRateLimiter } from '@millrace/resilience';
import { appliedOf, OutboundError } from '@millrace/resilience/outbound-error';
import { writeInBatches } from '../src/write-batches.ts';

const never = new AbortController().signal;
const delivered: SinkResult = { outcome: 'delivered', destination: 'there' };
const delivery = (key: string, text = ''): SinkDelivery => ({
  ...{
    route: 'r',
    eventId: `event of ${key}`,
    correlationid: 'c',
    key,
    entity: 'tickets',
    sequence: '1',
    generation: 0,
  },
  value: { sequence: '1', receivedAt: 0, source: 's', entity: { text } },
  view: {},
});
const keys = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `k${at}`);

interface Setting {
  readonly inDoubt?: InDoubt;
  readonly batch?: Partial<SinkBatch>;
  readonly batchItems?: number;
  readonly answer?: (deliveries: readonly SinkDelivery[]) => readonly (SinkResult | CodedError)[];
}

function aRoute({ inDoubt = 'transactional', batch = {}, batchItems, answer }: Setting) {
  const batches: string[][] = [];
  let turns = 0;
  const limiter = createRateLimiter({ mode: 'off', rate: null });
  const { write } = writeInBatches({
    definition: { inDoubt, batch: { maxItems: 100, maxWaitMs: 0, ...batch } },
    destination: {
      batchItems: (declared) => batchItems ?? declared,
      writeBatch: async (deliveries) => {
        batches.push(deliveries.map(({ key }) => key));
        return answer?.(deliveries) ?? deliveries.map(() => delivered);
      },
    },
    limiter: {
      acquire: (until, signal) => {
        turns += 1;
        return limiter.acquire(until, signal);
      },
    },
    longestWaitMs: 1_000,
    now: () => performance.now(),
  });
  const writeAll = (all: readonly string[]) =>
    Promise.allSettled(all.map((key) => write(delivery(key), never))).then((ended) =>
      ended.map((one) => (one.status === 'fulfilled' ? one.value.outcome : (one.reason as CodedError).code)),
    );
  return { write, writeAll, batches, turns: () => turns };
}

const refuses =
  (key: string, error: CodedError) =>
  (deliveries: readonly SinkDelivery[]): readonly SinkResult[] => {
    if (deliveries.some((one) => one.key === key)) throw error;
    return deliveries.map(() => delivered);
  };
const refusal = { disposition: deadLetter, refusal: { scope: 'record', answer: 'no' } } as const;

describe('writing in batches', () => {
  it('takes one turn of the limiter for each batch, however many are in it', async () => {
    const route = aRoute({ batch: { maxItems: 10 } });
    await route.writeAll(keys(30));
    expect([route.batches.length, route.turns()]).toEqual([3, 3]);
  });

  it('gives no more at once than the route says where the sink declares more', async () => {
    const route = aRoute({ batchItems: 4 });
    await route.writeAll(keys(10));
    expect(route.batches.map(({ length }) => length)).toEqual([4, 4, 2]);
  });

  it('measures what the destination is given', async () => {
    const route = aRoute({ batch: { maxBytes: 1_000 } });
    await Promise.all(keys(4).map((key) => route.write(delivery(key, 'x'.repeat(300)), never)));
    expect(route.batches.map(({ length }) => length)).toEqual([2, 2]);
  });

  it('finds the one that a whole batch is refused for', async () => {
    const route = aRoute({ answer: refuses('k3', new CodedError('X_TEST_ROW', 'no', refusal)) });
    expect(await route.writeAll(keys(8))).toEqual(keys(8).map((key) => (key === 'k3' ? 'X_TEST_ROW' : 'delivered')));
  });

  it('writes nothing again that may have had an effect and cannot be repeated', async () => {
    const unknown = aRoute({ inDoubt: 'probe', answer: refuses('k3', new CodedError('X_TEST_ROW', 'no', refusal)) });
    expect(await unknown.writeAll(keys(8))).toEqual(keys(8).map(() => 'X_TEST_ROW'));
    expect(unknown.batches).toHaveLength(1);
    const proven = new OutboundError('X_TEST_ROW', 'no', { ...refusal, applied: 'no' });
    const safe = aRoute({ inDoubt: 'probe', answer: refuses('k3', proven) });
    expect((await safe.writeAll(keys(8))).filter((one) => one === 'delivered')).toHaveLength(7);
  });

  it('fails each of a batch alike for what is nobody`s own fault, at once', async () => {
    const closed = new CodedError('X_TEST_CLOSED', 'no', { disposition: halt });
    const route = aRoute({ answer: refuses('k3', closed) });
    expect(await route.writeAll(keys(4))).toEqual(keys(4).map(() => 'X_TEST_CLOSED'));
    expect(route.batches).toHaveLength(1);
  });

  it('says of what was given up whether it may have had its effect', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { write } = writeInBatches({
      definition: { inDoubt: 'probe', batch: { maxItems: 1, maxWaitMs: 0 } },
      destination: {
        batchItems: (declared) => declared,
        writeBatch: (_, signal) => {
          resolve();
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
      limiter: createRateLimiter({ mode: 'off', rate: null }),
      longestWaitMs: 1_000,
      now: () => performance.now(),
    });
    const abort = new AbortController();
    const both = ['sent', 'waiting'].map((key) => write(delivery(key), abort.signal).catch((error: unknown) => error));
    await asked;
    abort.abort();
    const errors = await Promise.all(both);
    for (const error of errors)
      expect(error).toMatchObject({ code: 'X_ROUTE_GIVEN_UP', disposition: { kind: 'retry' } });
    expect(errors.map(appliedOf)).toEqual(['unknown', 'no']);
  });
});
