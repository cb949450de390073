import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { connectForTests, drivers, testNamespace } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-l8`;
  const broker = connectForTests({ driver });

  // L8: one record that the broker refuses failed the whole request, of every partition in it.
  it('a record that only the broker knows to be too large is refused alone', async () => {
    await broker.admin.createTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
    const producer = await broker.createProducer();
    const send = (partition: number, value: Buffer): Promise<unknown> =>
      producer.send({ topic, partition, key: null, value, headers: [] }).catch((error: unknown) => error);
    await send(0, Buffer.from('first'));
    // The producer has seen the topic's limit already and does not see it sink.
    await broker.admin.alterTopicConfig(topic, { 'max.message.bytes': '3000' });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, at) => send(at % 2, at === 20 ? randomBytes(5_000) : Buffer.from(String(at)))),
    );
    expect(outcomes[20]).toMatchObject({
      code: 'X_DELIVERY_REFUSED',
      disposition: { kind: 'dead-letter' },
      ambiguous: false,
    });
    const written = await readRangesToEnd(broker, topic);
    const of = (partition: number): string[] =>
      written.filter((record) => record.partition === partition).map(({ value }) => String(value));
    const even = Array.from({ length: 20 }, (_, at) => String(at * 2)).filter((value) => value !== '20');
    expect(of(0)).toEqual(['first', ...even]);
    expect(of(1)).toEqual(Array.from({ length: 20 }, (_, at) => String(at * 2 + 1)));
    await producer.close();
  });
});
