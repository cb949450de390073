import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { testCluster } from '@millrace/embedded/testing';
import kafkajs from 'kafkajs';
import type { KafkaBroker } from '../../src/index.ts';
import { connectTest, testNamespace, until } from '../kafka-harness.ts';
import { fillTopic } from './fill-topic.ts';

const space = testNamespace();
let broker: KafkaBroker;
beforeAll(() => {
  broker = connectTest();
});
afterAll(() => broker.close());

async function deleteBefore(topic: string, offset: string): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...testCluster().kafkaBrokers], logLevel: 0 }).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic); // or it does not know the topic
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
  await admin.disconnect();
}

// C5: the client overwrote the committed offset with its default, so records were skipped or replayed in silence.
it('an offset that the log no longer has ends the membership and stays as it was committed', async () => {
  const topic = `${space}-c5`;
  await fillTopic(broker, topic, 1, 20);
  const one = await joinGroup(broker, { group: topic, topics: [topic] });
  await one.member.commit([{ topic, partition: 0, offset: 3 }]);
  await one.member.close();
  await deleteBefore(topic, '10');
  const two = await joinGroup(broker, { group: topic, topics: [topic] });
  await until(() => two.crashes().length > 0, 'the owner hears of it');
  expect(two.crashes()).toMatchObject([{ code: 'X_KAFKA_OFFSET_OUT_OF_RANGE', disposition: { kind: 'halt' } }]);
  expect(two.records).toEqual([]);
  await two.member.close();
  expect(await broker.admin.committed(topic, [topic])).toMatchObject([{ committed: { offset: 3 } }]);
});

it('a group that never committed begins at the earliest record that is left', async () => {
  const topic = `${space}-c7`;
  await fillTopic(broker, topic, 1, 20);
  await deleteBefore(topic, '15');
  const probe = await joinGroup(broker, { group: topic, topics: [topic] });
  await probe.received(5);
  expect(probe.records[0]?.offset).toBe(15);
  await probe.member.close();
});
