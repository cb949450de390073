import { describe, expect, it } from '@jest/globals';
import { groupTopics, topics } from '@millrace/contracts';
import { testCluster } from '@millrace/embedded/testing';
import { createInMemorySerde, pipeline, runPipeline } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createMetrics } from '@millrace/service';
import kafkajs from 'kafkajs';
import { connectForTests, drivers, quiet, testNamespace } from './kafka-harness.ts';

const serde = createInMemorySerde();

describe.each(drivers)('a pipeline over %s that reads what transactions have written', (driver) => {
  const broker = connectForTests({ driver });

  it('has nothing left to do at the end, though markers and aborted records take up offsets there', async () => {
    const group = `${testNamespace()}-${driver}.markers`;
    const input = noteTopic(`${group}.notes`);
    const { retry, dlq, lane } = groupTopics(group);
    await broker.admin.createTopics(
      [input.name, ...Object.values(retry), dlq, lane, topics.opsPipelines.name, topics.opsReplayAck.name].map(
        (name) => ({ name, partitions: 1, replicationFactor: 1, config: {} }),
      ),
    );
    const writer = new kafkajs.Kafka({
      ...{ brokers: [...testCluster().kafkaBrokers], clientId: 'transactions', logLevel: kafkajs.logLevel.NOTHING },
    }).producer({ transactionalId: group, maxInFlightRequests: 1, idempotent: true });
    await writer.connect();
    const write = async (numbers: readonly number[], end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await writer.transaction();
      const messages = numbers.map((number) => ({
        key: `k${number}`,
        value: serde.encode(input, { text: '', number }),
      }));
      await transaction.send({ topic: input.name, messages });
      await transaction[end]();
    };
    await write([0, 1, 2], 'commit');
    await write([3], 'abort');
    await write([4], 'commit');
    await write([5, 6], 'abort');
    await writer.disconnect();

    const handled: number[] = [];
    const producer = await broker.createProducer();
    const run = runPipeline(
      pipeline<Note>({
        name: 'markers',
        group,
        from: [input],
        handle: ({ data }) => {
          handled.push(data.number);
          return { outputs: [], outcome: { kind: 'delivered' } };
        },
      }),
      {
        ...{ broker, producer, serde, logger: quiet, metrics: createMetrics(), settings: { commitIntervalMs: 50 } },
        onFatal: (error) => {
          throw error;
        },
      },
    );
    await run.start();
    await run.whenCaughtUp();
    expect(handled).toEqual([0, 1, 2, 4]);
    const [end] = await broker.admin.offsets([input.name]);
    expect(end?.latest).toBe(11);
    await run.drain();
    expect((await broker.admin.committed(group, [input.name]))[0]?.committed?.offset).toBe(11);
    await run.close();
    await producer.close();
  }, 30_000);
});
