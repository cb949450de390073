import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers, topics } from '@millrace/contracts';
import { CodedError, createInMemorySerde, identityHeaders, pipeline, retry, runPipeline } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createBreaker } from '@millrace/resilience/breaker';
import { createMetrics } from '@millrace/service';
import type { KafkaBroker } from '../src/index.ts';
import { connectTest, drivers, quiet, testNamespace, until } from './kafka-harness.ts';

const partitions = 2;
const serde = createInMemorySerde();

describe.each(drivers)('a pipeline over %s whose destination is away', (driver) => {
  const group = `${testNamespace()}-${driver}.away`;
  const input = noteTopic(`${group}.notes`, partitions);
  const { retry: tiers, dlq, lane } = groupTopics(group);
  const copies = [...Object.values(tiers), dlq];
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = connectTest({ driver });
    const spec = (name: string, count: number) => ({ name, partitions: count, replicationFactor: 1, config: {} });
    await broker.admin.createTopics([
      ...[input.name, ...copies, lane].map((name) => spec(name, partitions)),
      ...[topics.opsPipelines.name, topics.opsReplayAck.name].map((name) => spec(name, 1)),
    ]);
  });
  afterAll(() => broker.close());

  const publish = async (topic: string, from: number, count: number): Promise<void> => {
    const producer = await broker.createProducer();
    await Promise.all(
      Array.from({ length: count }, (_, at) => {
        const id = `${group}-${from + at}`;
        return producer.send({
          topic,
          key: Buffer.from(id),
          value: serde.encode(input, { text: '', number: from + at }),
          headers: identityHeaders({
            ...{ id, source: 'test', type: input.type, time: new Date().toISOString(), correlationid: id },
            ...{ causationid: null, generation: 0, traceparent: null },
          }),
        });
      }),
    );
    await producer.close();
  };
  const written = async (names: readonly string[]): Promise<number> =>
    (await broker.admin.offsets(names)).reduce((sum, { latest }) => sum + latest, 0);
  const committed = async (): Promise<number> =>
    (await broker.admin.committed(group, [input.name])).reduce((sum, one) => sum + (one.committed?.offset ?? 0), 0);

  it('stands still with its tiers and its lane, lets lag grow, counts nothing, probes one by one, and goes on by itself', async () => {
    let isAway = false;
    let running = 0;
    const attempts = new Set<number>();
    const triesInOpen: string[] = [];
    const besideProbe: number[] = [];
    const handled = new Set<number>();
    const breaker = createBreaker({ openMs: 100 });
    const producer = await broker.createProducer();
    const run = runPipeline(
      pipeline<Note>({
        name: 'away',
        group,
        from: [input],
        handle: async ({ data, delivery }) => {
          attempts.add(delivery.attempt);
          if (breaker.state() === 'open') triesInOpen.push(`${data.number}`);
          if (breaker.state() === 'half-open') besideProbe.push(running);
          running += 1;
          await new Promise((resolve) => setTimeout(resolve, 5));
          running -= 1;
          if (isAway)
            throw new CodedError('X_TEST_AWAY', 'connection refused', { disposition: retry(), unavailable: true });
          handled.add(data.number);
          return { outputs: [], outcome: { kind: 'delivered' } };
        },
      }),
      {
        ...{ broker, producer, serde, breaker, logger: quiet, metrics: createMetrics() },
        settings: { commitIntervalMs: 50, inProcessTries: 1, inProcessBaseMs: 5, maxInFlight: 20, retryWaitsMs: [10] },
        onFatal: (error) => {
          throw error;
        },
      },
    );
    await run.start();
    await publish(input.name, 0, 50);
    await run.whenCaughtUp();

    isAway = true;
    await publish(input.name, 50, 200);
    await publish(lane, 250, 10);
    await publish(tiers[retryTiers[0]], 260, 10);
    let openings = 0;
    breaker.onChange((state) => {
      if (state === 'open') openings += 1;
    });
    await until(() => openings >= 8, 'it was probed again and again');
    expect(run.state()).toEqual({ state: 'open', code: 'X_TEST_AWAY' });
    const lag = (await run.lag()).reduce((sum, { records }) => sum + records, 0);
    expect([lag, await committed(), handled.size]).toEqual([220, 50, 50]);
    // What was put into the first tier by hand stands there; nothing has joined it, and nothing is dead-lettered.
    expect(await written(copies)).toBe(10);

    isAway = false;
    await until(() => handled.size === 270, 'everything is handled', 30_000);
    await run.whenCaughtUp();
    await until(async () => (await committed()) === 250, 'all of it is committed');
    expect([run.state().state, await written(copies)]).toEqual(['running', 10]);
    expect([triesInOpen, besideProbe.filter((beside) => beside > 0)]).toEqual([[], []]);
    // Not one of hundreds of failed tries was counted.
    expect([...attempts]).toEqual([0]);
    await run.drain();
    await run.close();
    await producer.close();
    breaker.close();
  }, 90_000);
});
