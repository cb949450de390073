import { afterEach, describe, expect, it } from '@jest/globals';
import { type OpsPipeline, topicSpecs, topics } from '@millrace/contracts';
import { type Broker, createInMemoryBroker, createInMemorySerde } from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import { createPipelines, type Pipelines } from '../../src/pipelines/pipelines.ts';

const group = 'sink-writers.tickets.archive';
const open: Pipelines[] = [];
afterEach(() => Promise.all(open.splice(0).map((pipelines) => pipelines.close())));

async function pipelinesAfter(
  ...said: readonly (Pick<OpsPipeline, 'instance' | 'state' | 'since'> & Partial<OpsPipeline>)[]
): Promise<Pipelines> {
  const broker = createInMemoryBroker();
  await broker.admin.createTopics(topicSpecs([group]));
  const serde = createInMemorySerde();
  await serde.pin([topics.opsPipelines]);
  const producer = await broker.createProducer();
  for (const one of said) {
    const value = serde.encode(topics.opsPipelines, {
      ...{ group, service: 'sink-writers', code: null, reason: null },
      ...one,
    });
    await producer.send({ topic: topics.opsPipelines.name, key: Buffer.from(group), value, headers: [] });
  }
  const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
  const watched: Broker = {
    ...broker,
    createReader: async (options) => {
      const reader = await broker.createReader(options);
      void reader.caughtUp.then(resolve);
      return reader;
    },
  };
  const pipelines = createPipelines({
    ...{
      broker: watched,
      serde,
      publisher: { publish: async () => undefined } as never,
      groups: [group],
      reads: new Map(),
      now: () => 0,
    },
    logger: createLogger({ service: 'test', level: 'silent' }),
  });
  open.push(pipelines);
  await pipelines.open();
  await caughtUp;
  // What was handed over is decoded by then.
  await new Promise((done) => setImmediate(done));
  return pipelines;
}

describe('what a pipeline says of itself', () => {
  it('is what was said last, though another process with a clock ahead said something before', async () => {
    const pipelines = await pipelinesAfter(
      { instance: 'sink-writers-0', state: 'halted', since: 2_000_000 },
      { instance: 'sink-writers-1', state: 'running', since: 1_000_000 },
    );
    expect(pipelines.list()).toMatchObject([{ group, state: 'running' }]);
  });

  it('has why it was halted, in words', async () => {
    const halted = { instance: 'sink-writers-0', state: 'halted', since: 0, code: 'X_A' } as const;
    const pipelines = await pipelinesAfter({ ...halted, reason: 'the log cannot be read on' });
    expect(pipelines.list()).toMatchObject([{ state: 'halted', code: 'X_A', reason: 'the log cannot be read on' }]);
  });
});
