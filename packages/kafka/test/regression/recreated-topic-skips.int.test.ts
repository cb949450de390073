import { describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { groupTopics, topics } from '@millrace/contracts';
import { testCluster } from '@millrace/embedded/testing';
import {
  type CommittedOffset,
  createInMemorySerde,
  type PipelineRun,
  pipeline,
  runPipeline,
} from '@millrace/messaging';
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

  interface Noting {
    readonly run: PipelineRun;
    readonly topic: string;
    readonly group: string;
    readonly handled: number[];
    readonly fatal: Error[];
    stop(): Promise<void>;
  }
  async function noting(name: string): Promise<() => Promise<Noting>> {
    const group = `${space}-${name}.recreated`;
    const topic = noteTopic(`${group}.notes`);
    const { retry, dlq, lane } = groupTopics(group);
    const others = [...Object.values(retry), dlq, lane, topics.opsPipelines.name, topics.opsReplayAck.name];
    await broker.admin.createTopics([topic.name, ...others].map(spec));
    await publish(topic.name, [0, 1, 2, 3, 4, 5]);
    return async () => {
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
      const stop = async (): Promise<void> => {
        await run.drain();
        await run.close();
        await producer.close();
      };
      return { ...{ run, topic: topic.name, group, handled, fatal }, stop };
    };
  }
  const committedOf = async ({ group, topic }: Noting): Promise<CommittedOffset | null> =>
    (await broker.admin.committed(group, [topic]))[0]?.committed ?? null;

  // What the process had finished of the old log counted as finished in the new one; then it waited for an operator.
  it('is read from its beginning by a pipeline that stood further, and no operator is needed', async () => {
    const one = await (await noting('runs'))();
    await until(() => one.handled.length === 6, 'the old records are handled');
    await until(async () => (await committedOf(one))?.offset === 6, 'they are committed');
    await recreate(one.topic);
    await publish(one.topic, [10, 11, 12]);
    const states = new Set<string>();
    await until(
      () => {
        states.add(one.run.state().state);
        return one.handled.length === 9 || one.fatal.length > 0;
      },
      'the new records are handled',
      60_000,
    );
    expect([one.handled, [...states], one.fatal]).toEqual([[0, 1, 2, 3, 4, 5, 10, 11, 12], ['running'], []]);
    await one.stop();
  }, 120_000);

  // The old offset was taken for one of the new log: everything below it was passed over in silence.
  it('is read from its beginning although the group has committed since, and the log has grown past that', async () => {
    const start = await noting('grows');
    const one = await start();
    await until(() => one.handled.length === 6, 'the old records are handled');
    await until(async () => (await committedOf(one))?.offset === 6, 'they are committed');
    const stood = await committedOf(one);
    await one.stop();
    await recreate(one.topic);
    await publish(one.topic, [10, 11, 12, 13, 14, 15, 16, 17]);
    // As a member does that has not heard of it: it commits where it stood in the log that is gone.
    const late = await joinGroup(broker, { group: one.group, topics: [one.topic] });
    await late.member.commit([{ topic: one.topic, partition: 0, ...(stood as CommittedOffset) }]);
    await late.member.close();
    const two = await start();
    await until(() => two.handled.length >= 8 || two.fatal.length > 0, 'all of the new records are handled', 60_000);
    expect([two.handled, two.run.state().state, two.fatal]).toEqual([[10, 11, 12, 13, 14, 15, 16, 17], 'running', []]);
    await until(async () => (await committedOf(two))?.offset === 8, 'it stands in the new log');
    await two.stop();
  }, 120_000);
});
