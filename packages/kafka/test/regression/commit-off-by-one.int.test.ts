import { describe, expect, it } from '@jest/globals';
import { groupTopics, topics } from '@millrace/contracts';
import { createInMemorySerde, type PipelineRun, pipeline, runPipeline } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createMetrics } from '@millrace/service';
import type { RecordAccumulator } from '../../src/index.ts';
import { connectForTests, drivers, quiet, testNamespace, until } from '../kafka-harness.ts';

describe.each(drivers)('over %s', (driver) => {
  const group = `${testNamespace()}-${driver}.c13`;
  const broker = connectForTests({ driver });

  // C13: what is committed is where to go on, not what was done last, or every restart does one record again; and a seek
  // that nobody waits for may come after the first fetch.
  it('a pipeline that restarts does nothing again and leaves nothing out', async () => {
    const topic = noteTopic(group, 1);
    const { retry, dlq, lane } = groupTopics(group);
    const names = [topic.name, ...Object.values(retry), dlq, lane, topics.opsPipelines.name, topics.opsReplayAck.name];
    await broker.admin.createTopics(names.map((name) => ({ name, partitions: 1, replicationFactor: 1, config: {} })));
    const serde = createInMemorySerde();
    const producer = await broker.createProducer();
    const handled: number[] = [];
    const start = async (): Promise<PipelineRun> => {
      const run = runPipeline(
        pipeline<Note>({
          ...{ name: 'counts', group, from: [topic], to: [] },
          handle: ({ data }) => {
            handled.push(data.number);
            return { outputs: [], outcome: { kind: 'delivered' } };
          },
        }),
        { broker, producer, serde, logger: quiet, metrics: createMetrics(), onFatal: () => undefined },
      );
      await run.start();
      return run;
    };
    for (const round of [0, 1, 2]) {
      const run = await start();
      for (let number = round * 5; number < round * 5 + 5; number += 1) await publish(producer, number);
      await until(() => handled.length >= round * 5 + 5, 'everything is done');
      await run.drain();
      await run.close();
      const [stored] = await broker.admin.committed(group, [topic.name]);
      expect(stored?.committed?.offset).toBe(round * 5 + 5);
    }
    expect(handled).toEqual(Array.from({ length: 15 }, (_, at) => at));
    await producer.close();

    async function publish(to: RecordAccumulator, number: number): Promise<void> {
      const value = serde.encode(topic, { text: '', number });
      await to.send({ topic: topic.name, partition: 0, key: null, value, headers: [] });
    }
  });
});
