import { describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { testCluster } from '@millrace/embedded/testing';
import kafkajs, { type Producer } from 'kafkajs';
import { registerCodecs } from '../src/kafkajs/codecs.ts';
import { connectForTests, drivers, testNamespace } from './kafka-harness.ts';
import { readRangesToEnd } from './ranges-to-end.ts';

/** Another client on the same topics. */
async function foreignProducer(options: object = {}): Promise<Producer> {
  registerCodecs();
  const kafka = new kafkajs.Kafka({ brokers: [...testCluster().kafkaBrokers], logLevel: 0 });
  const producer = kafka.producer(options);
  await producer.connect();
  return producer;
}

describe.each(drivers)('what other clients write, over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  const broker = connectForTests({ driver });

  it('in a transaction that was aborted is never seen', async () => {
    const topic = `${space}-aborted`;
    await broker.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    const producer = await foreignProducer({ transactionalId: topic, maxInFlightRequests: 1 });
    const inTransaction = async (end: 'commit' | 'abort', ...values: string[]): Promise<void> => {
      const transaction = await producer.transaction();
      for (const value of values) await transaction.send({ topic, messages: [{ value }] });
      await transaction[end]();
    };
    await inTransaction('commit', 'a', 'b');
    await inTransaction('abort', 'never', 'ever');
    await inTransaction('commit', 'c');
    await inTransaction('abort', 'neither');
    await inTransaction('commit', 'd');
    await producer.disconnect();
    const probe = await joinGroup(broker, { group: topic, topics: [topic] });
    await probe.received(4);
    expect(probe.records.map(({ value }) => String(value))).toEqual(['a', 'b', 'c', 'd']);
    expect((await readRangesToEnd(broker, topic)).map(({ value }) => String(value))).toEqual(['a', 'b', 'c', 'd']);
    await probe.member.close();
  });
});

describe.each(drivers)('batches of every size, written over %s', (driver) => {
  /** One record is one batch here: as it is, by lz4, by zstd on the event loop, by zstd on a thread. */
  const sizes = [200, 1_500, 2_500, 8_000, 15_000, 17_000, 30_000, 100_000, 700_000];
  const words = 'Where is my card? I ordered it two weeks ago. ';
  const values = sizes.map((bytes) => words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes));
  const topic = `${testNamespace()}-${driver}-sizes`;
  const broker = connectForTests({ driver });
  const readers = drivers.map((name) => [name, connectForTests({ driver: name })] as const);

  it('are read whole by both', async () => {
    await broker.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    const producer = await broker.createProducer();
    for (const value of values) await producer.send({ topic, key: null, value: Buffer.from(value), headers: [] });
    await producer.close();
    for (const [name, reader] of readers) {
      const read = (await readRangesToEnd(reader, topic)).map(({ value }) => String(value));
      expect([name, read.map((value, at) => value === values[at] && value.length)]).toEqual([name, sizes]);
    }
  });
});
