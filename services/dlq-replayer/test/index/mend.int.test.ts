import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, topicSpecs, topics } from '@millrace/contracts';
import { type TestDatabase, testCluster, testDatabase, testNamespace } from '@millrace/embedded/testing';
import { connectKafka, provision } from '@millrace/kafka';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import { type Broker, createInMemorySerde, type PipelineState } from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { createDeadLetterIndex } from '../../src/index/dead-letter-index.ts';
import { misplaced } from '../../src/index/enter-readable.ts';
import { createIndexer } from '../../src/index/indexer.ts';
import { indexHistory } from '../../src/index/schema.ts';
import { headersOf } from '../support/records.ts';
import { until } from '../support/replayer.ts';

const ns = testNamespace();
const group = `enricher.${ns}`;
const dead = groupTopics(group).dlq;
const logger = createLogger({ service: 'test', level: 'silent' });
let temporary: TestDatabase;
let database: Database;
let broker: Broker;

beforeAll(async () => {
  temporary = await testDatabase();
  database = connectDatabase({ url: temporary.url, histories: [indexHistory], applicationName: 'test', logger });
  broker = connectKafka({ brokers: testCluster().kafkaBrokers, clientId: ns, logger });
  await provision(broker.admin, topicSpecs([group], { partitions: 4 }));
});
afterAll(async () => {
  await broker.close();
  await database.close();
  await temporary.drop();
});

/** What an operator's tool does to a group that nobody is in. */
async function commitAt(offset: number): Promise<void> {
  const joined = Promise.withResolvers<void>();
  const member = await broker.createMember({
    group: `dlq-replayer.${ns}`,
    topics: [dead, topics.opsReplayAck.name],
    listener: {
      onAssigned: () => joined.resolve(),
      onRecords: () => undefined,
      beforeRejoin: async () => undefined,
      onUnreadable: (_, error) => joined.reject(error),
      onCrash: joined.reject,
    },
  });
  await Promise.all([member.start(), joined.promise]);
  await member.commit([{ topic: dead, partition: 0, offset }]);
  await member.close();
}

describe('an index whose offset is not in the log any more', () => {
  it('says that it is halted, is built again from what Kafka has, and goes on, without ending its process', async () => {
    const producer = await broker.createProducer();
    const fail = (id: string) =>
      producer.send({
        topic: dead,
        partition: 0,
        key: Buffer.from(id),
        value: Buffer.from('v'),
        headers: headersOf(id),
      });
    await Promise.all(['a', 'b', 'c'].map(fail));
    await commitAt(1_000);

    const states: PipelineState[] = [];
    const fatal: Error[] = [];
    const index = createDeadLetterIndex(database);
    const serde = createInMemorySerde();
    await serde.pin([topics.opsReplayAck, topics.opsDlqStatus]);
    const indexer = createIndexer({
      ...{ broker, serde, index, groups: [group], logger, withStrays: false },
      group: `dlq-replayer.${ns}`,
      metrics: createMetrics(),
      onState: (state) => states.push(state),
      onFatal: (error) => fatal.push(error),
    });
    await indexer.open();
    const halted = { state: 'halted', code: 'X_KAFKA_OFFSET_OUT_OF_RANGE' };
    await until('it runs again', async () => states.some(({ state }) => state === 'halted') && indexer.readiness().ok);
    expect(states).toContainEqual({ ...halted, reason: expect.stringContaining(`${dead}/0`) });
    expect(states.at(-1)).toEqual({ state: 'running', code: null, reason: null });
    expect(fatal).toEqual([]);

    await fail('d');
    const known = await until('everything is in the index', async () => {
      const found = await index.list({ group }, { limit: 10 });
      return found.length === 4 && found;
    });
    expect(known.map(({ event_id }) => event_id).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    await until('its offset is in the log', async () => {
      const [first] = await broker.admin.committed(`dlq-replayer.${ns}`, [dead]);
      return first?.committed?.offset === 4;
    });
    await indexer.close();
    await producer.close();
  });
});

describe('misplaced', () => {
  const at = (committed: number | null) => ({
    generation: 1,
    partitions: [
      { topic: 't', partition: 0, committed: committed === null ? null : { offset: committed, metadata: '' } },
    ],
  });
  const log = [{ topic: 't', partition: 0, earliest: 10, latest: 20 }];

  it.each([
    [null, []],
    [10, []],
    [20, []],
    [9, [{ topic: 't', partition: 0, offset: 10, isRestarted: false }]],
    [21, [{ topic: 't', partition: 0, offset: 10, isRestarted: true }]],
  ])('of a log from 10 to 20 moves %p to %p', (committed, moved) => {
    expect(misplaced(at(committed), log)).toEqual(moved);
  });
});
