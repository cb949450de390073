import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import { createLogger } from '@millrace/service';
import { deadLetterRow } from '../../src/index/dead-letter.ts';
import { createDeadLetterIndex } from '../../src/index/dead-letter-index.ts';
import { createIndexPruning } from '../../src/index/index-pruning.ts';
import { indexHistory } from '../../src/index/schema.ts';
import { until } from '../support/replayer.ts';

const day = 86_400_000;
const today = 1_800_000_000_000;
const group = 'enricher.tickets';
const logger = createLogger({ service: 'test', level: 'silent' });
let temporary: TestDatabase;
let database: Database;

beforeAll(async () => {
  temporary = await testDatabase();
  database = connectDatabase({ url: temporary.url, histories: [indexHistory], applicationName: 'test', logger });
});
afterAll(async () => {
  await database.close();
  await temporary.drop();
});

const failedAt = (timestamp: number, offset: number) =>
  deadLetterRow(
    { topic: `dlq.${group}`, partition: 0, offset, timestamp, key: Buffer.from('zendesk:1'), value: null, headers: [] },
    group,
  );
const answered = (dlqId: string, at: number) => ({
  ...{ dlqId, group, job: randomUUID(), outcome: 'resolved', code: null, eventId: null, at, partition: 0, offset: 0 },
});

it('the index forgets a dead letter of which nothing was heard for as long as an answer may come, and its answers', async () => {
  const index = createDeadLetterIndex(database);
  const old = failedAt(today - 98 * day, 1);
  const young = failedAt(today - 96 * day, 2);
  const redriven = failedAt(today - 98 * day, 3);
  await index.apply({
    deadLetters: [old, young, redriven],
    acks: [answered(old.dlq_id, today - 98 * day), answered(redriven.dlq_id, today - 10 * day)],
    statuses: [],
    positions: [],
  });
  const pruning = createIndexPruning({ index, logger, now: () => today });
  await pruning.open();
  const left = await until('what is old is gone', async () => {
    const known = await index.list({}, { limit: 10 });
    return known.length < 3 && known;
  });
  await pruning.close();
  expect(left.map(({ dlq_id }) => dlq_id).toSorted()).toEqual([young.dlq_id, redriven.dlq_id].toSorted());
  expect(await index.acksOf([old.dlq_id])).toEqual([]);
  expect(await index.acksOf([redriven.dlq_id])).toHaveLength(1);
});
