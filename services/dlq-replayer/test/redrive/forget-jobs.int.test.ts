import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { topicSpecs, topics } from '@millrace/contracts';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import { createInMemoryBroker, createInMemorySerde } from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { indexHistory } from '../../src/index/schema.ts';
import { createPublisher } from '../../src/publisher.ts';
import { createJobRunner } from '../../src/redrive/job-runner.ts';
import { createJobStore, type JobStore } from '../../src/redrive/job-store.ts';
import { until } from '../support/replayer.ts';

const day = 86_400_000;
const today = 1_800_000_000_000;
const group = 'enricher.tickets';
const logger = createLogger({ service: 'test', level: 'silent' });
let temporary: TestDatabase;
let database: Database;
let jobs: JobStore;

beforeAll(async () => {
  temporary = await testDatabase();
  database = connectDatabase({ url: temporary.url, histories: [indexHistory], applicationName: 'test', logger });
  jobs = createJobStore(database);
});
afterAll(async () => {
  await database.close();
  await temporary.drop();
});

const plan = (job: string, createdAt: number) =>
  jobs.plan(
    {
      ...{ job, group, actor: 'operator', reason: null, ratePerSecond: 1, endOffsets: {}, createdAt },
      selection: { group, fingerprint: null, ids: null, since: null, force: false },
    },
    { approvalAbove: 1 },
  );

it('a job runner forgets plans and finished redrives that are older than their dead letters, and nothing else', async () => {
  const old = today - 31 * day;
  const young = today - 29 * day;
  for (const [name, at] of [
    ['old', old],
    ['young', young],
  ] as const) {
    await plan(`planned-${name}`, at);
    await plan(`finished-${name}`, at);
    await jobs.finish(`finished-${name}`, 'done', null, at);
  }
  // Begun long ago, and finished today.
  await plan('long', old);
  await jobs.finish('long', 'failed', 'x', today);

  const broker = createInMemoryBroker();
  await broker.admin.createTopics(topicSpecs([group]));
  const serde = createInMemorySerde();
  await serde.pin([topics.opsReplayJob]);
  const producer = await broker.createProducer();
  const now = () => today;
  const runner = createJobRunner({
    ...{ broker, producer, jobs, logger, now },
    metrics: createMetrics(),
    publisher: createPublisher({ producer, serde, now, newId: () => 'id' }),
    runner: 'test',
  });
  await runner.open();
  const left = await until('what is old is gone', async () => {
    const known = await jobs.list(10);
    return known.length === 3 && known;
  });
  expect(left.map(({ job }) => job).toSorted()).toEqual(['finished-young', 'long', 'planned-young']);
  await runner.close();
  await broker.close();
});
