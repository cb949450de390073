import { describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { groupTopics, topics } from '@millrace/contracts';
import { testCluster } from '@millrace/embedded/testing';
import { createInMemorySerde, pipeline, runPipeline } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createMetrics } from '@millrace/service';
import kafkajs from 'kafkajs';
import { connectForTests, drivers, quiet, testNamespace, until } from '../kafka-harness.ts';
import { fillTopic } from './fill-topic.ts';

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  const broker = connectForTests({ driver });

  async function administer(work: (admin: kafkajs.Admin) => Promise<unknown>): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: [...testCluster().kafkaBrokers], logLevel: 0 }).admin();
    await admin.connect();
    await work(admin);
    await admin.disconnect();
  }

  const deleteBefore = (topic: string, offset: string): Promise<void> =>
    administer(async (admin) => {
      await admin.fetchTopicOffsets(topic); // or it does not know the topic
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
    });

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

  it('halts its pipeline, not its process; resume goes on where an operator has set the offset', async () => {
    const group = `${space}-c5.halts`;
    const topic = noteTopic(group, 1);
    const { retry, dlq, lane } = groupTopics(group);
    const spec = (name: string) => ({ name, partitions: 1, replicationFactor: 1, config: {} });
    const names = [topic.name, ...Object.values(retry), dlq, lane, topics.opsPipelines.name, topics.opsReplayAck.name];
    await broker.admin.createTopics(names.map(spec));
    const serde = createInMemorySerde();
    const producer = await broker.createProducer();
    const publish = async (number: number): Promise<void> => {
      const value = serde.encode(topic, { text: '', number });
      await producer.send({ topic: topic.name, partition: 0, key: null, value, headers: [] });
    };
    for (let number = 0; number < 20; number += 1) await publish(number);
    const one = await joinGroup(broker, { group, topics: [topic.name] });
    await one.member.commit([{ topic: topic.name, partition: 0, offset: 3 }]);
    await one.member.close();
    await deleteBefore(topic.name, '10');

    const handled: number[] = [];
    const fatal: Error[] = [];
    const run = runPipeline(
      pipeline<Note>({
        ...{ name: 'halts', group, from: [topic], to: [] },
        handle: ({ data }) => {
          handled.push(data.number);
          return { outputs: [], outcome: { kind: 'delivered' } };
        },
      }),
      { broker, producer, serde, logger: quiet, metrics: createMetrics(), onFatal: (error) => fatal.push(error) },
    );
    await run.start();
    await until(() => run.state().state === 'halted', 'it halts');
    expect(run.state().code).toBe('X_KAFKA_OFFSET_OUT_OF_RANGE');
    expect([fatal, handled, run.isReady()]).toEqual([[], [], false]);
    // Nobody has said yet where to go on.
    await run.resume();
    await until(() => run.state().state === 'halted', 'it halts again');
    await run.leave();
    await until(async () => (await broker.admin.describeGroups([group]))[0]?.members === 0, 'nobody is in the group');
    await broker.admin.setOffsets(group, [{ topic: topic.name, partition: 0, offset: 12 }]);
    await run.resume();
    await until(() => handled.length === 8, 'it goes on');
    expect(handled).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
    expect([run.state().state, run.isReady(), fatal]).toEqual(['running', true, []]);
    await run.drain();
    await run.close();
    await producer.close();
  });
});
