import { afterEach, describe, expect, it } from '@jest/globals';
import type { RecordPosition } from '@millrace/messaging';
import { drivers, testNamespace } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { api } from './fault-proxy.ts';

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // L3: a request whose answer was lost gave its sequence numbers back before it was tried again. A send made meanwhile
  // took them, and the broker took its records for a repetition: acknowledged, and never written.
  it.each(['cut', 'cut-midway'] as const)(
    'answers %s after the broker has written lose nothing of what other sends were told, and keep the order',
    async (kind) => {
      // Always some that wait behind those on their way.
      open = await connectBehindProxy({ driver, producer: { batchRecords: 2 } });
      const topic = `${space}-l3-${kind}`;
      await createTopic(open.direct, topic);
      const producer = await open.broker.createProducer();
      const lost = open.proxy.onAnswer(api.produce, { kind }, { times: 3 });
      const acknowledged: (RecordPosition & { readonly value: string })[] = [];
      let sent = 0;
      const caller = async (): Promise<void> => {
        while (lost.hits() < 3 || acknowledged.length < 60) {
          const value = String(sent++);
          const position = await producer.send({
            topic,
            partition: 0,
            key: null,
            value: Buffer.from(value),
            headers: [],
          });
          acknowledged.push({ ...position, value });
        }
      };
      await Promise.all(Array.from({ length: 8 }, caller));
      const log = (await readRangesToEnd(open.direct, topic)).map(({ value }) => String(value));
      for (const { offset, value } of acknowledged) expect(log[offset]).toBe(value);
      expect([...new Set(log)]).toEqual(Array.from({ length: sent }, (_, at) => String(at)));
      expect(log.length).toBeGreaterThan(sent);
      await producer.close();
    },
  );

  // L4: the same when tries ran out: the next batch of that size was taken for the one that had been given up.
  it('the send after one that was given up without an answer is written', async () => {
    open = await connectBehindProxy({
      driver,
      producer: { deliveryTimeoutMs: 4_000, requestTimeoutMs: 400, retryMaxMs: 50 },
    });
    const topic = `${space}-l4`;
    await createTopic(open.direct, topic);
    const producer = await open.broker.createProducer();
    const send = (value: string): Promise<RecordPosition> =>
      producer.send({ topic, partition: 0, key: null, value: Buffer.from(value), headers: [] });
    await send('first');
    const lost = open.proxy.onAnswer(api.produce, { kind: 'lose' });
    const error = await send('given up').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'X_DELIVERY_FAILED', ambiguous: true });
    lost.end();
    const { offset } = await send('the next');
    const log = (await readRangesToEnd(open.direct, topic)).map(({ value }) => String(value));
    expect(log[offset]).toBe('the next');
    expect([...new Set(log)]).toEqual(['first', 'given up', 'the next']);
    await producer.close();
  });
});
