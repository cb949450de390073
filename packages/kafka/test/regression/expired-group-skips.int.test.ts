import { describe, expect, it } from '@jest/globals';
import { groupTopics, topics } from '@millrace/contracts';
import { testCluster } from '@millrace/embedded/testing';
import { createInMemorySerde, type PipelineRun, pipeline, runPipeline } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createMetrics } from '@millrace/service';
import kafkajs from 'kafkajs';
import { connectForTests, drivers, quiet, testNamespace, until } from '../kafka-harness.ts';

describe.each(drivers)('over %s', (driver) => {
  const group = `${testNamespace()}-${driver}.expired`;
  const broker = connectForTests({ driver });
  const topic = noteTopic(`${group}.notes`);
  const serde = createInMemorySerde();

  async function administer(work: (admin: kafkajs.Admin) => Promise<unknown>): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: [...testCluster().kafkaBrokers], logLevel: 0 }).admin();
    await admin.connect();
    await work(admin);
    await admin.disconnect();
  }

  // Kafka forgets the offsets of a group that nobody was in for long: it began at the earliest record that was left, and
  // what retention had taken meanwhile was passed over in silence.
  it('a group whose offsets Kafka has forgotten halts where records are missing, until an operator resumes it', async () => {
    const { retry, dlq, lane } = groupTopics(group);
    const names = [topic.name, ...Object.values(retry), dlq, lane, topics.opsPipelines.name, topics.opsReplayAck.name];
    const spec = (name: string) => ({ name, partitions: 1, replicationFactor: 1, config: {} });
    await broker.admin.createTopics(names.map(spec));
    const producer = await broker.createProducer();
    const publish = async (from: number, to: number): Promise<void> => {
      for (let number = from; number < to; number += 1) {
        const value = serde.encode(topic, { text: '', number });
        await producer.send({ topic: topic.name, partition: 0, key: null, value, headers: [] });
      }
    };
    const handled: number[] = [];
    const fatal: Error[] = [];
    const start = async (): Promise<PipelineRun> => {
      const run = runPipeline(
        pipeline<Note>({
          ...{ name: 'expired', group, from: [topic], to: [] },
          handle: ({ data }) => {
            handled.push(data.number);
            return { outputs: [], outcome: { kind: 'delivered' } };
          },
        }),
        { broker, producer, serde, logger: quiet, metrics: createMetrics(), onFatal: (error) => fatal.push(error) },
      );
      await run.start();
      return run;
    };
    const first = await start();
    await publish(0, 5);
    await until(() => handled.length === 5, 'it works');
    await producer.flush();
    await first.drain();
    await first.close();
    await publish(5, 10);
    const forget = (): Promise<boolean> =>
      administer((admin) => admin.deleteGroups([group])).then(
        () => true,
        () => false,
      );
    await until(forget, 'the group is forgotten');
    await administer(async (admin) => {
      await admin.fetchTopicOffsets(topic.name); // or it does not know the topic
      await admin.deleteTopicRecords({ topic: topic.name, partitions: [{ partition: 0, offset: '7' }] });
    });
    const run = await start();
    expect(run.state()).toEqual({ state: 'halted', code: 'X_GROUP_OFFSETS_LOST' });
    expect([handled.length, run.isReady()]).toEqual([5, false]);
    await run.resume();
    await until(() => handled.length === 8, 'it goes on at what is left');
    expect([handled.slice(5), run.state().state, fatal]).toEqual([[7, 8, 9], 'running', []]);

    // Forgotten again; this time an operator says where to go on.
    await run.drain();
    await run.close();
    await until(forget, 'the group is forgotten again');
    const last = await start();
    expect(last.state().code).toBe('X_GROUP_OFFSETS_LOST');
    await last.leave();
    await broker.admin.setOffsets(group, [{ topic: topic.name, partition: 0, offset: 9 }]);
    await last.resume();
    await until(() => handled.length === 9, 'it goes on there');
    expect([handled.slice(8), last.state().state, fatal]).toEqual([[9], 'running', []]);
    await last.drain();
    await last.close();
    await producer.close();
  }, 60_000);
});
