import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, topicSpecs, topics } from '@millrace/contracts';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import {
  CodedError,
  createInMemoryBroker,
  createInMemorySerde,
  deadLetterHeaders,
  type InMemoryBroker,
  type InMemorySerde,
  replayHeaders,
  retry,
} from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { createDeadLetterIndex, type DeadLetterIndex } from '../src/index/dead-letter-index.ts';
import { createIndexer, type Indexer } from '../src/index/indexer.ts';
import { rebuildIndex } from '../src/index/rebuild-index.ts';
import { indexHistory } from '../src/index/schema.ts';
import { headersOf } from './support/records.ts';
import { until } from './support/replayer.ts';

const group = 'enricher.tickets';
const logger = createLogger({ service: 'test', level: 'silent' });
let temporary: TestDatabase;
let database: Database;
let index: DeadLetterIndex;
let broker: InMemoryBroker;
let serde: InMemorySerde;

beforeAll(async () => {
  temporary = await testDatabase();
  database = connectDatabase({ url: temporary.url, histories: [indexHistory], applicationName: 'test', logger });
  index = createDeadLetterIndex(database);
});
afterAll(async () => {
  await database.close();
  await temporary.drop();
});
beforeEach(async () => {
  await index.clear();
  broker = createInMemoryBroker();
  serde = createInMemorySerde();
  await serde.pin([topics.opsReplayAck]);
  await broker.admin.createTopics(topicSpecs([group, 'enricher.removed']));
});

const start = async (on = broker, into = index, withStrays = false): Promise<Indexer> => {
  const indexer = createIndexer({
    ...{ broker: on, serde, index: into, groups: [group], logger, withStrays },
    metrics: createMetrics(),
    onState: () => {},
    onFatal: () => {},
    retryMs: 10,
  });
  await indexer.open();
  return indexer;
};

const fail = async (
  id: string,
  { of, count = 0, from = group }: { of?: string; count?: number; from?: string } = {},
): Promise<void> => {
  const producer = await broker.createProducer();
  const facts = deadLetterHeaders({
    ...{
      id,
      group: from,
      service: 'enricher',
      version: 'v',
      step: 'handle',
      errorClass: 'POISON',
      errorCode: 'X_T',
      errorType: 'E',
    },
    ...{
      errorMessage: 'm',
      errorStack: null,
      fingerprint: 'f',
      attempts: 1,
      lastFailedAt: 1,
      keySchemaId: null,
      valueSchemaId: null,
    },
    first: { topic: 't', partition: 0, offset: 0, timestamp: 1, firstFailedAt: 1 },
  });
  const replayed =
    of === undefined
      ? []
      : replayHeaders({ job: 'j', of, mode: 'redrive', count, generation: null, edited: null, actor: null });
  await producer.send({
    topic: groupTopics(from).dlq,
    key: Buffer.from('k'),
    value: Buffer.from('v'),
    headers: [...headersOf(id), ...facts, ...replayed],
  });
};

const ack = async (dlqId: string, outcome: string): Promise<void> => {
  const producer = await broker.createProducer();
  const value = serde.encode(topics.opsReplayAck, {
    job: 'j',
    dlqId,
    group,
    outcome,
    code: null,
    eventId: null,
    at: 1,
  });
  await producer.send({ topic: topics.opsReplayAck.name, key: Buffer.from(dlqId), value, headers: [] });
};

const statuses = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await index.list({}, { limit: 1_000 })).map(({ dlq_id, status }) => [dlq_id, status]));

const soon = (): AbortSignal => AbortSignal.timeout(10_000);

describe('the indexer', () => {
  it('counts a dead letter that a crash wrote twice once', async () => {
    const indexer = await start();
    await fail('d1');
    await fail('d1');
    await fail('d2');
    await indexer.caughtUp(soon());
    expect(await statuses()).toEqual({ d1: 'UNRESOLVED', d2: 'UNRESOLVED' });
    await indexer.close();
  });

  it('indexes whatever a stranger wrote into ids, keys and headers, and all that stands beside it', async () => {
    const indexer = await start();
    for (const id of ['d\0', 'd\ufffd', 'fine']) await fail(id);
    await fail('successor\0', { of: 'd\ufffd', count: 1 });
    await ack('d\0', 'delivered');
    await indexer.caughtUp(soon());
    expect(Object.values(await statuses()).toSorted()).toEqual([
      'FAILED_AGAIN',
      'RESOLVED',
      'UNRESOLVED',
      'UNRESOLVED',
    ]);
    expect(await statuses()).toMatchObject({ fine: 'UNRESOLVED', 'd\ufffd': 'FAILED_AGAIN' });
    await indexer.close();
  });

  it('reads nothing while it is halted, says so, and goes on where it was', async () => {
    const indexer = await start();
    await fail('before');
    await indexer.caughtUp(soon());
    expect(indexer.readiness()).toEqual({ ok: true });
    indexer.halt();
    expect(indexer.readiness()).toEqual({ ok: false, reason: 'halted: X_PIPELINE_HALTED', isHalted: true });
    await fail('meanwhile');
    await expect(indexer.caughtUp(AbortSignal.timeout(300))).rejects.toThrow();
    expect(await statuses()).toEqual({ before: 'UNRESOLVED' });
    await indexer.resume();
    await indexer.caughtUp(soon());
    expect(await statuses()).toEqual({ before: 'UNRESOLVED', meanwhile: 'UNRESOLVED' });
    await indexer.close();
  });

  it('loses nothing while Postgres is away, and commits nothing that is not written', async () => {
    let away = true;
    const flaky: DeadLetterIndex = {
      ...index,
      apply: async (batch) => {
        if (away) throw new CodedError('X_LEDGER_UNAVAILABLE', 'away', { disposition: retry(), unavailable: true });
        await index.apply(batch);
      },
    };
    const indexer = await start(broker, flaky);
    for (let number = 0; number < 20; number += 1) await fail(`d${number}`);
    const committed = async (): Promise<number> =>
      (await broker.admin.committed('dlq-replayer.index', [groupTopics(group).dlq])).reduce(
        (sum, one) => sum + (one.committed?.offset ?? 0),
        0,
      );
    expect(await committed()).toBe(0);
    away = false;
    await indexer.caughtUp(soon());
    expect(Object.keys(await statuses())).toHaveLength(20);
    await until('the commit', async () => (await committed()) === 20);
    await indexer.close();
  });

  it('goes on past dead letters and answers whose names no index can hold', async () => {
    const indexer = await start();
    const long = randomBytes(6_000).toString('hex');
    await fail(long, { count: Number.MAX_SAFE_INTEGER, of: `\0${long}` });
    await fail('d1');
    for (const id of [`\0${long}`, long, 'd\0']) await ack(id, 'emitted');
    await ack('d1', 'emitted');
    await indexer.caughtUp(soon());
    expect(Object.values(await statuses()).toSorted()).toEqual(['RESOLVED', 'RESOLVED']);
    await indexer.close();
  });

  it('goes on after a crash, and through a rebalance', async () => {
    const crashing = broker.connect();
    await start(crashing);
    await fail('d1');
    await until('d1', async () => 'd1' in (await statuses()));
    crashing.crash();
    await fail('d2');
    const next = broker.connect();
    const indexer = await start(next);
    await indexer.caughtUp(soon());
    await next.rebalance('dlq-replayer.index');
    await fail('d3');
    await indexer.caughtUp(soon());
    expect(Object.keys(await statuses()).toSorted()).toEqual(['d1', 'd2', 'd3']);
    await indexer.close();
  });

  it('resolves by the ack and fails by the successor, in whatever order they are read', async () => {
    await ack('before', 'delivered');
    await fail('successor', { of: 'failed', count: 1 });
    const indexer = await start();
    await indexer.caughtUp(soon());
    for (const id of ['before', 'after', 'failed', 'said']) await fail(id);
    await ack('after', 'superseded');
    await ack('said', 'failed-again');
    await ack('before', 'failed-again'); // a repeated copy may fail; what succeeded has succeeded
    await indexer.caughtUp(soon());
    const expected = {
      before: 'RESOLVED',
      after: 'RESOLVED',
      failed: 'FAILED_AGAIN',
      said: 'FAILED_AGAIN',
      successor: 'UNRESOLVED',
    };
    expect(await statuses()).toEqual(expected);
    await indexer.close();

    await rebuildIndex({ broker, serde, index, groups: [group], clear: true });
    expect(await statuses()).toEqual(expected);
  });

  it('reads also what a removed route left behind, when asked to', async () => {
    await fail('left', { from: 'enricher.removed' });
    const own = await start();
    await own.caughtUp(soon());
    expect(await statuses()).toEqual({});
    await own.close();
    const indexer = await start(broker.connect(), index, true);
    await indexer.caughtUp(soon());
    expect(indexer.groups().toSorted()).toEqual(['enricher.removed', group]);
    expect(await statuses()).toEqual({ left: 'UNRESOLVED' });
    await indexer.close();
  });
});
