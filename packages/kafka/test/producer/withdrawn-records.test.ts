import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { TransportError } from '../../src/producer/produce-transport.ts';
import { accumulate, aRecord, scripted, written } from './scripted-transport.ts';

const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

/** As a consumer's: nobody tells it that its time is over, it finds out when it is asked. */
function fenced(isOver: () => boolean): AbortSignal {
  return Object.defineProperty(new AbortController().signal, 'aborted', { get: isOver });
}

describe('a record whose caller may no longer write', () => {
  it('does not leave when its turn comes, though nobody had said so; what has left and what others send is answered', async () => {
    let isFrozen = false;
    const answer = Promise.withResolvers<void>();
    const cluster = scripted({
      script: async (batches, call) => {
        if (call === 1) await answer.promise;
        return batches.map((batch) => written(cluster.log, batch));
      },
    });
    const producer = accumulate(cluster.transport);
    const signal = fenced(() => isFrozen);
    const first = producer.send(aRecord('first'), signal);
    await cluster.arrived(1);
    const waiting = outcome(producer.send(aRecord('waiting'), signal));
    const other = producer.send(aRecord('other'));
    isFrozen = true;
    answer.resolve();
    expect(await waiting).toMatchObject({ code: 'X_DELIVERY_FAILED', ambiguous: false });
    // That one had left: its answer counts, or it would be sent twice.
    expect(await first).toMatchObject({ offset: 0 });
    expect(await other).toMatchObject({ offset: 1 });
    expect(cluster.log.get('t/0')).toEqual(['first', 'other']);
    expect(producer.stats()).toMatchObject({ waitingRecords: 0, waitingBytes: 0 });
    await producer.close();
  });

  it('is not sent again after an answer that was lost', async () => {
    let isFrozen = false;
    const cluster = scripted({
      script: async (batches, call) => {
        if (call > 1) return batches.map((batch) => written(cluster.log, batch));
        isFrozen = true;
        throw new TransportError('no answer', { failure: 'unavailable', ambiguous: true });
      },
    });
    const producer = accumulate(cluster.transport);
    const sent = producer.send(
      aRecord('a'),
      fenced(() => isFrozen),
    );
    expect(await outcome(sent)).toMatchObject({ ambiguous: true });
    expect(cluster.requests).toEqual([['t/0:a']]);
    await producer.close();
  });

  it('does not leave when that happens while its request is packed; what came with it goes, and no connection is cut', async () => {
    let isFrozen = false;
    let packed = 0;
    const cluster = scripted({
      packing: () => {
        packed += 1;
        isFrozen = true;
      },
    });
    const producer = accumulate(cluster.transport);
    const taken = outcome(
      producer.send(
        aRecord('taken back'),
        fenced(() => isFrozen),
      ),
    );
    const others = [producer.send(aRecord('same partition')), producer.send(aRecord('another', 1))];
    await taken;
    await Promise.all(others);
    expect(cluster.requests).toEqual([['t/0:same partition', 't/1:another']]);
    expect([packed, cluster.events.includes('recycle')]).toEqual([2, false]);
    await producer.close();
  });

  it('costs its signal one listener, however many wait with it, and none afterwards', async () => {
    const answer = Promise.withResolvers<void>();
    const cluster = scripted({
      script: async (batches) => {
        await answer.promise;
        return batches.map((batch) => written(cluster.log, batch));
      },
    });
    const producer = accumulate(cluster.transport);
    const { signal } = new AbortController();
    const sends = Array.from({ length: 500 }, (_, at) => producer.send(aRecord(String(at), at % 4), signal));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    answer.resolve();
    await Promise.all(sends);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await producer.close();
  });

  it('may be sent anew by its own report: its partition still has one request at a time', async () => {
    let isFrozen = false;
    let open = 0;
    let most = 0;
    const answers: (() => void)[] = [];
    const cluster = scripted({
      script: async (batches) => {
        open += 1;
        most = Math.max(most, open);
        await new Promise<void>((resolve) => answers.push(resolve));
        open -= 1;
        return batches.map((batch) => written(cluster.log, batch));
      },
    });
    const producer = accumulate(cluster.transport, { batchRecords: 1, requestsPerNode: 2 });
    const signal = fenced(() => isFrozen);
    const { promise: isWritten, resolve: onAcknowledged } = Promise.withResolvers<unknown>();
    const anew = { onAcknowledged, onFailed: () => undefined };
    producer.deliver(
      aRecord('taken back'),
      { onAcknowledged: () => undefined, onFailed: () => producer.deliver(aRecord('anew'), anew) },
      signal,
    );
    const others = [producer.send(aRecord('other')), producer.send(aRecord('third'))];
    isFrozen = true;
    let left = 3;
    while (left > 0) {
      // Many turns for each answer, in which another request could leave.
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const answer = answers.shift();
      if (answer === undefined) continue;
      answer();
      left -= 1;
    }
    await Promise.all([...others, isWritten]);
    expect([most, cluster.log.get('t/0')]).toEqual([1, ['other', 'third', 'anew']]);
    await producer.close();
  });
});
