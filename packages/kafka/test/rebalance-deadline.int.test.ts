import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, topics } from '@millrace/contracts';
import {
  createInMemorySerde,
  type Handler,
  identityHeaders,
  type PipelineRun,
  pipeline,
  runPipeline,
} from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createMetrics } from '@millrace/service';
import type { KafkaBroker } from '../src/index.ts';
import { connectTest, drivers, quiet, testNamespace, until } from './kafka-harness.ts';

const partitions = 2;
const serde = createInMemorySerde();
/** Less the five seconds that are kept for the join itself: handlers have two. */
const rebalanceTimeoutMs = 7_000;

describe.each(drivers)('a handler over %s that takes longer than its group waits for a join', (driver) => {
  const group = `${testNamespace()}-${driver}.deadline`;
  const input = noteTopic(`${group}.notes`, partitions);
  const { retry: tiers, dlq, lane } = groupTopics(group);
  const brokers: KafkaBroker[] = [];
  const runs: PipelineRun[] = [];
  const connect = (): KafkaBroker => {
    const broker = connectTest({ driver, member: { rebalanceTimeoutMs } });
    brokers.push(broker);
    return broker;
  };
  beforeAll(async () => {
    const spec = (name: string, count: number) => ({ name, partitions: count, replicationFactor: 1, config: {} });
    const broker = connect();
    await broker.admin.createTopics([
      ...[input.name, ...Object.values(tiers), dlq, lane].map((name) => spec(name, partitions)),
      ...[topics.opsPipelines.name, topics.opsReplayAck.name].map((name) => spec(name, 1)),
    ]);
    const producer = await broker.createProducer();
    for (let number = 0; number < partitions; number += 1) {
      const id = `${group}-${number}`;
      await producer.send({
        ...{ topic: input.name, partition: number, key: Buffer.from(id) },
        value: serde.encode(input, { text: '', number }),
        headers: identityHeaders({
          ...{ id, source: 'test', type: input.type, time: new Date().toISOString(), correlationid: id },
          ...{ causationid: null, generation: 0, traceparent: null },
        }),
      });
    }
    await producer.close();
  });
  afterAll(async () => {
    for (const run of runs) await run.close();
    await Promise.all(brokers.map((broker) => broker.close()));
  });

  const join = async (handle: Handler<Note>): Promise<void> => {
    const broker = connect();
    const run = runPipeline(pipeline<Note>({ name: 'deadline', group, from: [input], handle }), {
      ...{ broker, producer: await broker.createProducer(), serde, logger: quiet, metrics: createMetrics() },
      settings: { heartbeatMarginMs: 2_000 },
      onFatal: (error) => {
        throw error;
      },
    });
    runs.push(run);
    await run.start();
  };

  it('is aborted before the join, and its record starts elsewhere only after it has ended', async () => {
    const running = new Map<number, string>();
    const overlaps: string[] = [];
    const aborted: number[] = [];
    const finished = new Map<number, string>();
    const begun = new Set<number>();
    const bothAreIn = Promise.withResolvers<void>();
    const handlerOf =
      (name: string): Handler<Note> =>
      async ({ data: { number } }, signal) => {
        if (running.has(number)) overlaps.push(`${number}: ${running.get(number)} and ${name}`);
        running.set(number, name);
        const isFirst = !begun.has(number);
        begun.add(number);
        try {
          // Decided by the try and not by the time: one that starts right after an abort must not wait for another.
          await new Promise<void>((resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
            if (!isFirst) void bothAreIn.promise.then(resolve);
          });
        } catch (error) {
          aborted.push(number);
          throw error;
        } finally {
          running.delete(number);
        }
        finished.set(number, name);
        return { outputs: [], outcome: { kind: 'delivered' } };
      };
    await join(handlerOf('one'));
    await until(() => running.size === partitions, 'both handlers run');
    const joining = join(handlerOf('two'));
    await until(() => new Set(aborted).size === partitions, 'both are aborted', 15_000);
    await joining;
    bothAreIn.resolve();
    await until(() => finished.size === partitions, 'both records are done');
    expect(overlaps).toEqual([]);
    expect(new Set(finished.values())).toEqual(new Set(['one', 'two']));
  }, 60_000);
});
