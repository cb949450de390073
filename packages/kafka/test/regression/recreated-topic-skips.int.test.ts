import { describe, expect, it } from '@jest/globals';
import { groupTopics, topics } from '@millrace/contracts';
import { testCluster } from '@millrace/embedded/testing';
import { createInMemorySerde, pipeline, runPipeline } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createMetrics } from '@millrace/service';
import kafkajs from 'kafkajs';
import { connectForTests, drivers, quiet, testNamespace, until } from '../kafka-harness.ts';

describe.each(drivers)('over %s, a topic that is deleted and created again', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  const broker = connectForTests({ driver });
  const serde = createInMemorySerde();
  const spec = (name: string) => ({ name, partitions: 1, replicationFactor: 1, config: {} });

  async function recreate(topic: string): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: [...testCluster().kafkaBrokers], logLevel: 0 }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await until(async () => {
      await broker.admin.createTopics([spec(topic)]).catch(() => undefined); // while the old one is being deleted
      const offsets = await admin.fetchTopicOffsets(topic).catch(() => []);
      return offsets.length === 1 && offsets.every(({ high }) => high === '0');
    }, 'it is there again');
    await admin.disconnect();
  }

  const publish = async (topic: string, numbers: readonly number[]): Promise<void> => {
    const producer = await broker.createProducer();
    for (const number of numbers) {
      const value = serde.encode(noteTopic(topic), { text: '', number });
      await until(async () => {
        try {
          await producer.send({ topic, partition: 0, key: null, value, headers: [] });
          return true;
        } catch {
          return false; // Not every broker knows of a new topic at once.
        }
      }, 'the topic takes records');
    }
    await producer.close();
  };

  // A reader asked for an offset beyond the new log for ever, and heard of nothing any more.
  it('is read from its beginning by a reader that stood further', async () => {
    const topic = `${space}-reader`;
    await broker.admin.createTopics([spec(topic)]);
    await publish(topic, [0, 1, 2, 3, 4, 5]);
    const read: number[] = [];
    const reader = await broker.createReader({
      topics: [topic],
      from: 'earliest',
      onRecord: ({ value }) => read.push(noteTopic(topic).decode((value as Buffer).subarray(5)).number),
    });
    await reader.caughtUp;
    await recreate(topic);
    await publish(topic, [10, 11]);
    await until(() => read.length === 8, 'the new records are read', 60_000);
    expect(read).toEqual([0, 1, 2, 3, 4, 5, 10, 11]);
    await reader.close();
  }, 120_000);

  // What the process had finished of the old log counted as finished in the new one.
  it('loses nothing to a pipeline: it halts with the reason, or reads the new one from its beginning', async () => {
    const group = `${space}-pipeline.recreated`;
    const topic = noteTopic(`${group}.notes`);
    const { retry, dlq, lane } = groupTopics(group);
    const others = [...Object.values(retry), dlq, lane, topics.opsPipelines.name, topics.opsReplayAck.name];
    await broker.admin.createTopics([topic.name, ...others].map(spec));
    await publish(topic.name, [0, 1, 2, 3, 4, 5]);
    const handled: number[] = [];
    const fatal: Error[] = [];
    const producer = await broker.createProducer();
    const run = runPipeline(
      pipeline<Note>({
        ...{ name: 'recreated', group, from: [topic], to: [] },
        handle: ({ data }) => {
          handled.push(data.number);
          return { outputs: [], outcome: { kind: 'delivered' } };
        },
      }),
      {
        ...{ broker, producer, serde, logger: quiet, metrics: createMetrics() },
        ...{ settings: { commitIntervalMs: 100 }, onFatal: (error) => fatal.push(error) },
      },
    );
    await run.start();
    await until(() => handled.length === 6, 'the old records are handled');
    await until(async () => {
      const [committed] = await broker.admin.committed(group, [topic.name]);
      return committed?.committed?.offset === 6;
    }, 'they are committed');
    await recreate(topic.name);
    await publish(topic.name, [10, 11, 12]);
    await until(
      async () => {
        // Whoever sees why it halted says where to go on: here the group has nothing left of the old one.
        if (run.state().code === 'X_KAFKA_OFFSET_OUT_OF_RANGE') await run.resume();
        return handled.length === 9 || fatal.length > 0;
      },
      'the new records are handled',
      60_000,
    );
    expect([handled, fatal]).toEqual([[0, 1, 2, 3, 4, 5, 10, 11, 12], []]);
    await run.drain();
    await run.close();
    await producer.close();
  }, 120_000);
});
