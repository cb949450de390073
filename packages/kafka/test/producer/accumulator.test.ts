import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { partitionOf } from '@millrace/messaging';
import { turns } from '@millrace/messaging/testing';
import { TransportError } from '../../src/producer/produce-transport.ts';
import { accumulate, aRecord, failed, scripted, written } from './scripted-transport.ts';

const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);
const lost = (ambiguous: boolean): TransportError =>
  new TransportError('connection closed', { failure: 'unavailable', ambiguous });
const numbers = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at));

/** A millisecond of a clock that is wound by hand, after everything that needs no time. */
async function tick(): Promise<void> {
  await turns();
  jest.advanceTimersByTime(1);
}

/** Winds it until the work is settled. */
async function wound<T>(work: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  work.then(settle, settle);
  for (let ms = 0; ms < 5_000; ms += 1) {
    await turns();
    if (isSettled) return work;
    jest.advanceTimersByTime(1);
  }
  throw new Error('not settled within 5 s of that clock');
}

describe('accumulator', () => {
  it('puts everything one turn sends into one request, several partitions together', async () => {
    const cluster = scripted();
    const producer = accumulate(cluster.transport);
    const sent = await Promise.all(numbers(40).map((value, at) => producer.send(aRecord(value, at % 4))));
    expect(cluster.requests).toHaveLength(1);
    expect(cluster.requests[0]).toHaveLength(4);
    expect(sent[5]).toEqual({ topic: 't', partition: 1, offset: 1 });
    await producer.close();
  });

  describe('on a clock that is wound by hand', () => {
    beforeEach(() => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] });
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    it.each([0, 1, 10])(
      'shares requests among callers that come while others wait, and lets a lone caller go at once that awaits %d more things between an answer and its next send',
      async (between) => {
        const answerMs = 2;
        const spacingMs = 20;
        const cluster = scripted({
          script: async (batches) => {
            await new Promise((resolve) => setTimeout(resolve, answerMs));
            return batches.map((batch) => written(cluster.log, batch));
          },
        });
        const producer = accumulate(cluster.transport, { spacingMs });
        const sends: Promise<unknown>[] = [];
        for (const value of numbers(100)) {
          sends.push(producer.send(aRecord(value, Number(value) % 4)));
          await tick();
        }
        await wound(Promise.all(sends));
        expect(cluster.requests.length).toBeLessThan(30);
        const before = cluster.requests.length;
        const from = performance.now();
        const alone = async (): Promise<void> => {
          for (const value of numbers(40)) {
            await producer.send(aRecord(value));
            for (let awaited = 0; awaited < between; awaited += 1) await null;
          }
        };
        await wound(alone());
        expect(cluster.requests.length - before).toBe(40);
        // Two milliseconds each, and not twenty: the crowd is forgotten after some of them.
        expect(performance.now() - from).toBeLessThan(40 * 12);
        await producer.close();
      },
    );

    it('asks ever more slowly for a partition without a leader, and sends once it has one', async () => {
      const askedAt: number[] = [];
      const cluster = scripted({
        topic: async () => {
          askedAt.push(performance.now() - from);
          return { partitions: 4, maxMessageBytes: 100_000 };
        },
        leader: () => (askedAt.length < 5 ? null : 1),
      });
      const producer = accumulate(cluster.transport, { retryMinMs: 10, retryMaxMs: 1_000, random: () => 0.5 });
      const from = performance.now();
      await wound(producer.send(aRecord('a', 0)));
      // For its shape, at once for its leader, and then as each of the pauses begins, which are of 20, 40 and 80 ms.
      expect(askedAt).toEqual([0, 0, 0, 20, 60]);
      expect(performance.now() - from).toBe(140);
      await producer.close();
    });
  });

  it('goes on with a partition that rests, though its timer fires before its time and nothing else is sent', async () => {
    // Timers count from the start of an event-loop turn: to one that was set late in a long turn, time seems to go slowly.
    const cluster = scripted({
      script: async (batches, call) =>
        batches.map((batch) =>
          call <= 3 ? { topic: 't', partition: 0, errorCode: 6, baseOffset: -1 } : written(cluster.log, batch),
        ),
    });
    const producer = accumulate(cluster.transport, {
      now: () => performance.now() / 2,
      retryMinMs: 100,
      retryMaxMs: 100,
    });
    await producer.send(aRecord('a', 0));
    expect(cluster.requests).toHaveLength(4);
    await producer.close();
  });

  it('keeps the order of a partition and never has two requests for it', async () => {
    let inFlight = 0;
    let worst = 0;
    const cluster = scripted({
      script: async (batches) => {
        worst = Math.max(worst, ++inFlight);
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
        inFlight--;
        return batches.map((batch) => written(cluster.log, batch));
      },
    });
    const producer = accumulate(cluster.transport, { batchRecords: 7 });
    const sends: Promise<unknown>[] = [];
    for (const value of numbers(100)) {
      sends.push(producer.send(aRecord(value)));
      if (Number(value) % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(sends);
    expect(cluster.log.get('t/0')).toEqual(numbers(100));
    expect(worst).toBe(1);
    await producer.close();
  });

  it('sends different partitions side by side up to the limit per leader', async () => {
    const cluster = scripted({
      script: async (batches, call) => {
        // Each of a pair is answered when its twin is there as well.
        await cluster.arrived(call + (call % 2));
        return batches.map((batch) => written(cluster.log, batch));
      },
    });
    const producer = accumulate(cluster.transport, { requestBytes: 1 });
    await Promise.all(numbers(4).map((value, at) => producer.send(aRecord(value, at))));
    expect(cluster.most()).toBe(2);
    await producer.close();
  });

  it('sends again only the partition that the answer does not mention (L1)', async () => {
    const cluster = scripted({
      script: async (batches, call) =>
        (call === 1 ? batches.slice(0, 1) : batches).map((batch) => written(cluster.log, batch)),
    });
    const producer = accumulate(cluster.transport);
    await Promise.all([producer.send(aRecord('a', 0)), producer.send(aRecord('b', 1))]);
    expect(cluster.requests).toEqual([['t/0:a', 't/1:b'], ['t/1:b']]);
    expect([cluster.log.get('t/0'), cluster.log.get('t/1')]).toEqual([['a'], ['b']]);
    await producer.close();
  });

  it('sends again only the partition that moved, which stays where it was put (L2)', async () => {
    const cluster = scripted({
      script: async (batches, call) =>
        batches.map((batch) => (call === 1 && batch.partition === 1 ? failed(batch, 6) : written(cluster.log, batch))),
    });
    const producer = accumulate(cluster.transport);
    await Promise.all([producer.send(aRecord('a', 0)), producer.send(aRecord('b', 1)), producer.send(aRecord('c', 1))]);
    expect(cluster.requests[1]).toEqual(['t/1:b,c']);
    expect(cluster.log.get('t/1')).toEqual(['b', 'c']);
    await producer.close();
  });

  it('keeps the order when a batch fails while later records wait', async () => {
    const cluster = scripted({
      script: async (batches, call) =>
        batches.map((batch) => (call <= 3 ? failed(batch, 19) : written(cluster.log, batch))),
    });
    const producer = accumulate(cluster.transport, { batchRecords: 3 });
    await Promise.all(numbers(10).map((value) => producer.send(aRecord(value))));
    expect(cluster.log.get('t/0')).toEqual(numbers(10));
    await producer.close();
  });

  it('cuts the old connections after a request without an answer, before anything goes on', async () => {
    const cluster = scripted({
      script: async (batches, call) => {
        if (call === 1) throw lost(true);
        return batches.map((batch) => written(cluster.log, batch));
      },
    });
    const producer = accumulate(cluster.transport);
    await Promise.all([producer.send(aRecord('a')), producer.send(aRecord('b', 1))]);
    expect(cluster.events).toEqual(['produce', 'recycle', 'produce']);
    expect(producer.stats()).toMatchObject({ recycles: 1, waitingRecords: 0, waitingBytes: 0 });
    await producer.close();
  });

  it('finds the one record that is refused and writes all others, in order (L8)', async () => {
    const cluster = scripted({
      script: async (batches) =>
        batches.map((batch) =>
          batch.records.some(({ value }) => String(value) === '13') ? failed(batch, 87) : written(cluster.log, batch),
        ),
    });
    const producer = accumulate(cluster.transport);
    const outcomes = await Promise.all(numbers(50).map((value) => outcome(producer.send(aRecord(value)))));
    expect(outcomes[13]).toMatchObject({
      code: 'X_DELIVERY_REFUSED',
      ambiguous: false,
      disposition: { kind: 'dead-letter' },
    });
    expect(cluster.log.get('t/0')).toEqual(numbers(50).filter((value) => value !== '13'));
    await producer.close();
  });

  it('halts what an unauthorised topic is sent, and goes on with others', async () => {
    const cluster = scripted({
      script: async (batches) =>
        batches.map((batch) => (batch.partition === 2 ? failed(batch, 29) : written(cluster.log, batch))),
    });
    const producer = accumulate(cluster.transport);
    const [refused, taken] = await Promise.all([
      outcome(producer.send(aRecord('a', 2))),
      producer.send(aRecord('b', 1)),
    ]);
    expect(refused).toMatchObject({ code: 'X_DELIVERY_REFUSED', disposition: { kind: 'halt' } });
    expect(taken).toMatchObject({ partition: 1, offset: 0 });
    await producer.close();
  });

  it('says that the outcome is unknown when the budget ends after a lost answer, and known when nothing was sent', async () => {
    const silent = scripted({ script: async () => Promise.reject(lost(true)) });
    const sent = accumulate(silent.transport, { deliveryTimeoutMs: 100 });
    expect(await outcome(sent.send(aRecord('a')))).toMatchObject({ ambiguous: true, unavailable: true });
    const away = scripted({ topic: async () => Promise.reject(lost(false)) });
    const unsent = accumulate(away.transport, { deliveryTimeoutMs: 100 });
    expect(await outcome(unsent.send(aRecord('a')))).toMatchObject({ ambiguous: false, unavailable: true });
    await Promise.all([sent.close(), unsent.close()]);
  });

  it('places records in the order of the calls once the topic is known', async () => {
    const known = Promise.withResolvers<{ partitions: number; maxMessageBytes: number }>();
    const cluster = scripted({ topic: () => known.promise });
    const producer = accumulate(cluster.transport);
    const sends = numbers(20).map((value) => producer.send(aRecord(value)));
    known.resolve({ partitions: 1, maxMessageBytes: 10_000 });
    await Promise.all(sends);
    expect(cluster.log.get('t/0')).toEqual(numbers(20));
    await producer.close();
  });

  it('refuses a topic that stays unknown, after its grace', async () => {
    const unknown = new TransportError('no such topic', { failure: 'unknown-topic', ambiguous: false });
    const cluster = scripted({ topic: async () => Promise.reject(unknown) });
    const producer = accumulate(cluster.transport);
    expect(await outcome(producer.send(aRecord('a')))).toMatchObject({
      disposition: { kind: 'halt' },
      ambiguous: false,
    });
    await producer.close();
  });

  it('refuses a record above its topic’s limit before it queues, and one beyond the buffer at once', async () => {
    const cluster = scripted({ shape: { partitions: 1, maxMessageBytes: 500 } });
    const producer = accumulate(cluster.transport, { bufferBytes: 2_000 });
    expect(await outcome(producer.send(aRecord('x'.repeat(600))))).toMatchObject({
      code: 'X_DELIVERY_TOO_LARGE',
      disposition: { kind: 'dead-letter' },
    });
    const outcomes = await Promise.all(numbers(10).map(() => outcome(producer.send(aRecord('x'.repeat(300))))));
    expect(outcomes.filter((each) => (each as { code?: string }).code === 'X_DELIVERY_BUFFER_FULL').length).toBe(4);
    expect(producer.stats().waitingBytes).toBe(0);
    await producer.close();
  });

  it('gives keys to their partition and a keyless batch to one partition, the next batch to another', async () => {
    const cluster = scripted();
    const producer = accumulate(cluster.transport);
    const { partition: _, ...keyless } = aRecord('a');
    const first = await Promise.all(numbers(10).map(() => producer.send(keyless)));
    const second = await Promise.all(numbers(10).map(() => producer.send(keyless)));
    expect(new Set(first.map(({ partition }) => partition)).size).toBe(1);
    expect(new Set(second.map(({ partition }) => partition)).size).toBe(1);
    expect(second[0]?.partition).not.toBe(first[0]?.partition);
    const keyed = await producer.send({ ...keyless, key: Buffer.from('zendesk:1') });
    expect(keyed.partition).toBe(partitionOf(Buffer.from('zendesk:1'), 4));
    await producer.close();
  });

  it('forgets a record whose caller gives up while it waits, and says unknown once it is on its way', async () => {
    const gate = Promise.withResolvers<void>();
    const cluster = scripted({
      script: async (batches) => {
        await gate.promise;
        return batches.map((batch) => written(cluster.log, batch));
      },
    });
    const producer = accumulate(cluster.transport);
    const [early, late] = [new AbortController(), new AbortController()];
    const onItsWay = outcome(producer.send(aRecord('a'), early.signal));
    await cluster.arrived(1);
    const waiting = outcome(producer.send(aRecord('b'), late.signal));
    early.abort();
    late.abort();
    expect(await onItsWay).toMatchObject({ code: 'X_DELIVERY_FAILED', ambiguous: true });
    expect(await waiting).toMatchObject({ code: 'X_DELIVERY_FAILED', ambiguous: false });
    gate.resolve();
    await producer.close();
    expect(cluster.log.get('t/0')).toEqual(['a']);
  });

  it('flushes what was accepted before, not what comes after', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const cluster = scripted({
      script: async (batches, call) => {
        await gates[call - 1]?.promise;
        return batches.map((batch) => written(cluster.log, batch));
      },
    });
    const producer = accumulate(cluster.transport);
    const first = producer.send(aRecord('a'));
    const flushed = producer.flush();
    const second = producer.send(aRecord('b', 1));
    gates[0]?.resolve();
    await Promise.all([first, flushed]);
    gates[1]?.resolve();
    await second;
    await producer.close();
    expect(await outcome(producer.send(aRecord('c')))).toMatchObject({ code: 'X_DELIVERY_CLOSED' });
  });

  it('closes within its limit although nothing answers', async () => {
    const cluster = scripted({ script: () => new Promise(() => undefined) });
    const producer = accumulate(cluster.transport, { closeTimeoutMs: 50 });
    const sent = outcome(producer.send(aRecord('a')));
    await cluster.arrived(1);
    await producer.close();
    expect(await sent).toMatchObject({ code: 'X_DELIVERY_CLOSED', ambiguous: true });
  });
});
