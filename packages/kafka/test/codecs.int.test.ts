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
