import { describe, expect, it } from '@jest/globals';
import type { OutboundRecord } from '@millrace/messaging';
import { connectForTests, drivers, testNamespace } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { createTopic } from './behind-proxy.ts';

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  const broker = connectForTests({ driver });

  // P3: bytes that are no Buffer were written as their text, "1,2,3" for three bytes; a Buffer that comes from a worker
  // thread is such bytes.
  it('bytes that are no Buffer arrive as they are, in key, value and headers', async () => {
    const topic = `${space}-p3-bytes`;
    await createTopic(broker, topic);
    const producer = await broker.createProducer();
    const bytes = structuredClone(Buffer.from([1, 2, 0, 255]));
    expect(Buffer.isBuffer(bytes)).toBe(false);
    const odd = bytes as Buffer;
    const long = structuredClone(Buffer.alloc(2_000, 7)) as Buffer;
    await producer.send({
      topic,
      key: odd,
      value: odd,
      headers: [
        ['h', odd],
        ['h', null],
        ['', long],
      ],
    });
    await producer.send({ topic, key: null, value: long, headers: [] });
    const [first, second] = await readRangesToEnd(broker, topic);
    const sent = Buffer.from([1, 2, 0, 255]);
    expect([first?.key, first?.value]).toEqual([sent, sent]);
    expect(first?.headers).toEqual([
      ['h', sent],
      ['h', null],
      ['', Buffer.alloc(2_000, 7)],
    ]);
    expect(second?.value).toEqual(Buffer.alloc(2_000, 7));
    await producer.close();
  });

  // P3: a header that is a number or undefined threw a TypeError while the request was made, for all records in it.
  it.each([
    ['a header that is undefined', { headers: [['h', undefined]] }],
    ['a header that is a number', { headers: [['h', 7]] }],
    ['a value that is text', { value: 'text' }],
    ['a value of two-byte numbers', { value: new Uint16Array([1, 2]) }],
  ])('%s is refused alone, before anything is sent', async (_, fields) => {
    const topic = `${space}-p3-refused`;
    await createTopic(broker, topic);
    const producer = await broker.createProducer();
    const record: OutboundRecord = { topic, partition: 0, key: null, value: Buffer.from('fine'), headers: [] };
    const [before, odd, after] = await Promise.allSettled([
      producer.send(record),
      producer.send({ ...record, ...(fields as object) }),
      producer.send(record),
    ]);
    expect([before.status, odd.status, after.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((odd as PromiseRejectedResult).reason).toMatchObject({
      code: 'X_DELIVERY_REFUSED',
      ambiguous: false,
      disposition: { kind: 'dead-letter' },
    });
    expect(producer.stats()).toMatchObject({ waitingRecords: 0, waitingBytes: 0, retries: 0 });
    await producer.close();
  });
});
