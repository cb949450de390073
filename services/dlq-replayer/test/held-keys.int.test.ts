import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { topicSpecs, topics } from '@millrace/contracts';
import { type TestDatabase, testCluster, testDatabase, testNamespace } from '@millrace/embedded/testing';
import { connectKafka, connectRegistry, connectSchemaAdmin, provision } from '@millrace/kafka';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import { type Broker, identityHeaders, type Producer, type Serde } from '@millrace/messaging';
import type { DeadLetterView, JobView } from '@millrace/operator-api';
import { createLogger } from '@millrace/service';
import { type HeldPlan, sourceNamed } from './support/held-process.ts';
import { type RunningReplayer, startReplayer, until } from './support/replayer.ts';

const ns = testNamespace();
const group = `sink-writers.${ns}.ordered`;
const source = sourceNamed(`${ns}.source.v1`);
const partitions = 4;
const logger = createLogger({ service: 'test', level: 'silent' });

let database: TestDatabase;
let sink: Database;
let broker: Broker;
let producer: Producer;
let serde: Serde & { close(): void };
let replayer: RunningReplayer;
let brokenFolder: string;
const children = new Set<ChildProcess>();
/** What was sent of each key, in order. */
const sent = new Map<string, string[]>();

beforeAll(async () => {
  const { kafkaBrokers, registryUrl } = testCluster();
  database = await testDatabase();
  brokenFolder = await mkdtemp(join(tmpdir(), 'millrace-held-'));
  sink = connectDatabase({ url: database.url, histories: [], applicationName: 'sink', logger });
  await sink.query('CREATE TABLE applied (at bigserial, key text NOT NULL, name text NOT NULL)');
  broker = connectKafka({ brokers: kafkaBrokers, clientId: ns, logger });
  await provision(broker.admin, [
    ...topicSpecs([group, `dlq-replayer.${ns}`], { partitions }),
    { name: source.name, partitions, replicationFactor: 1, config: {} },
  ]);
  const schemas = connectSchemaAdmin({ url: registryUrl });
  const own = Object.values(topics).filter(({ name }) => name.startsWith('ops.') || name.startsWith('reference.'));
  for (const topic of [source, ...own]) await schemas.register(topic.subject, topic.schema);
  serde = connectRegistry({ url: registryUrl, logger });
  await serde.pin([source]);
  producer = await broker.createProducer();
  replayer = await startReplayer({
    broker: connectKafka({ brokers: kafkaBrokers, clientId: `${ns}-replayer`, logger }),
    serde: connectRegistry({ url: registryUrl, logger }),
    postgresUrl: database.url,
    groups: [group],
    instance: `${ns}-replayer`,
    indexGroup: `dlq-replayer.${ns}`,
  });
}, 60_000);

afterEach(async () => {
  for (const child of children) await ended(child, 'SIGTERM');
});

afterAll(async () => {
  await replayer.stop();
  serde.close();
  await producer.close();
  await broker.close();
  await sink.close();
  await database.drop();
  await rm(brokenFolder, { recursive: true, force: true });
});

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

async function aProcess(handlerMs = 1): Promise<ChildProcess> {
  const { kafkaBrokers: brokers, registryUrl } = testCluster();
  const plan: HeldPlan = {
    ...{ brokers, registryUrl, group, brokenFolder, handlerMs },
    ...{ postgresUrl: database.url, source: source.name },
  };
  const program = join(import.meta.dirname, 'support', 'held-process.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}

const breaks = (name: string): Promise<void> => writeFile(join(brokenFolder, name), '');
const mends = (name: string): Promise<void> => rm(join(brokenFolder, name));

/** The next records of these keys, one of each in turn. */
async function send(keys: readonly string[], each: number): Promise<void> {
  const sends: Promise<unknown>[] = [];
  for (let round = 0; round < each; round += 1) {
    for (const key of keys) {
      const known = sent.get(key) ?? [];
      const name = `${key}-${known.length}`;
      sent.set(key, [...known, name]);
      const id = randomUUID();
      const identity = { id, source: ns, type: 'x', time: new Date().toISOString(), correlationid: id };
      sends.push(
        producer.send({
          topic: source.name,
          key: Buffer.from(key),
          value: serde.encode(source, { table: 'accounts', key: name, attributes: {}, loadedAt: 1 }),
          headers: identityHeaders({ ...identity, causationid: null, generation: 0, traceparent: null }),
        }),
      );
    }
  }
  await Promise.all(sends);
}

/** What was applied of a key, each at its first time. */
async function applied(key: string): Promise<readonly string[]> {
  const rows = await sink.query<{ name: string }>('SELECT name FROM applied WHERE key = $1 ORDER BY at', [key]);
  return [...new Set(rows.map(({ name }) => name))];
}
const allApplied = (keys: readonly string[], withinMs = 60_000): Promise<true> =>
  until(
    `all of ${keys.join(', ')}`,
    async () => {
      for (const key of keys) if ((await applied(key)).length < (sent.get(key) ?? []).length) return false;
      return true;
    },
    withinMs,
  );
const deadLetters = async (key: string, count: number): Promise<readonly DeadLetterView[]> =>
  until(`${count} open dead letters of ${key}`, async () => {
    const { items } = await replayer.call<{ items: DeadLetterView[] }>(`/v1/dlq?group=${group}&limit=1000`);
    const mine = items.filter((one) => one.key === key);
    return mine.length === count && mine.toSorted((a, b) => (a.heldAt ?? 0) - (b.heldAt ?? 0));
  });
const plan = (body: object): Promise<JobView> => replayer.call<JobView>('/v1/dlq/redrive', { method: 'POST', body });
const start = (job: string): Promise<JobView> => replayer.call<JobView>(`/v1/jobs/${job}/start`, { method: 'POST' });
const answered = (job: string): Promise<JobView> =>
  until(`job ${job} answered`, async () => {
    const now = await replayer.call<JobView>(`/v1/jobs/${job}`);
    return now.state === 'done' && now.waiting === 0 && now;
  });

describe('a key that is held', () => {
  it('is released by the redrive of its first dead letter: the others follow in order, and what came meanwhile', async () => {
    await aProcess();
    await breaks('a-1');
    await send(['a', 'free'], 4);
    const [first, second, third] = await deadLetters('a', 3);
    expect([first, second, third].map((one) => [one?.code, one?.heldAt])).toEqual([
      ['X_T_REFUSED', 0],
      ['X_KEY_HELD', 1],
      ['X_KEY_HELD', 2],
    ]);
    await allApplied(['free']);
    expect(await applied('a')).toEqual(['a-0']);

    const alone = await plan({ ids: [third?.id] });
    expect(alone).toMatchObject({ planned: 1, left: 0, skipped: { 'key-held': 1 }, followers: 0 });
    expect(await plan({ group })).toMatchObject({ planned: 3, left: 1, skipped: { 'key-held': 2 }, followers: 2 });
    const head = await plan({ ids: [first?.id], reason: 'mended' });
    expect(head).toMatchObject({ planned: 1, left: 1, skipped: {}, followers: 2 });

    await mends('a-1');
    await start(head.job);
    // The key is busy all the while, and must come free nevertheless.
    for (let round = 0; round < 40; round += 1) await send(['a'], 1);
    expect(await answered(head.job)).toMatchObject({ sent: 1, resolved: 1, failedAgain: 0 });
    await allApplied(['a']);
    expect(await applied('a')).toEqual(sent.get('a'));
    await deadLetters('a', 0);
    await send(['a'], 3);
    await allApplied(['a']);
    expect(await applied('a')).toEqual(sent.get('a'));
    const jobs = await replayer.call<readonly JobView[]>('/v1/jobs');
    expect(jobs.filter(({ actor }) => actor === 'millrace').length).toBeGreaterThan(0);
  }, 120_000);

  it('stays held when the first fails again, and keeps its line', async () => {
    await aProcess();
    await breaks('b-0');
    await send(['b'], 3);
    const [first] = await deadLetters('b', 3);
    const again = await plan({ ids: [first?.id] });
    await start(again.job);
    expect(await answered(again.job)).toMatchObject({ sent: 1, resolved: 0, failedAgain: 1 });
    const line = await until('the new dead letter', async () => {
      const rows = await deadLetters('b', 3);
      return rows[0]?.redrives === 1 && rows;
    });
    expect(line.map(({ heldAt, code }) => [heldAt, code])).toEqual([
      [0, 'X_T_REFUSED'],
      [1, 'X_KEY_HELD'],
      [2, 'X_KEY_HELD'],
    ]);
    expect(await applied('b')).toEqual([]);
    await mends('b-0');
    await start((await plan({ ids: [line[0]?.id] })).job);
    await allApplied(['b']);
    expect(await applied('b')).toEqual(sent.get('b'));
    await deadLetters('b', 0);
  }, 120_000);

  it('is released by discarding its first dead letter, and every discard is the group`s answer', async () => {
    await aProcess();
    await breaks('c-0');
    await send(['c'], 4);
    const line = await deadLetters('c', 4);
    const ids = [line[2]?.id, line[0]?.id];
    const done = await replayer.call<{ discarded: number; jobs: { job: string; planned: number }[] }>(
      '/v1/dlq/discard',
      { method: 'POST', body: { ids, reason: 'wrong data' } },
    );
    expect(done).toMatchObject({ discarded: 2, skipped: 0, jobs: [{ group, planned: 2 }] });
    await until('the others', async () => (await applied('c')).length === 2);
    expect(await applied('c')).toEqual(['c-1', 'c-3']);
    await deadLetters('c', 0);
    const shown = await replayer.call<DeadLetterView>(`/v1/dlq/${line[0]?.id}`);
    expect(shown.status).toBe('DISCARDED');
    await send(['c'], 1);
    await until('the key is free', async () => (await applied('c')).at(-1) === 'c-4');
  }, 120_000);
});

describe('held keys of processes that are killed and join', () => {
  it('come through kill -9, hand-over to other members and a redrive with every key in order, and none missing', async () => {
    const keys = Array.from({ length: 8 }, (_, at) => `k${at}`);
    for (const name of ['k1-5', 'k3-10', 'k5-0', 'k6-30']) await breaks(name);
    const one = await aProcess(5);
    await send(keys, 20);
    await deadLetters('k3', 10);
    const two = await aProcess(5);
    await send(keys, 5);
    await ended(one, 'SIGKILL');
    await send(keys, 5);
    const three = await aProcess(5);
    await send(keys, 10);
    await ended(two, 'SIGKILL');
    await deadLetters('k1', 35);
    await deadLetters('k3', 30);
    await deadLetters('k5', 40);
    await deadLetters('k6', 10);
    for (const key of keys)
      expect((sent.get(key) ?? []).slice(0, (await applied(key)).length)).toEqual(await applied(key));

    for (const name of ['k1-5', 'k3-10', 'k5-0', 'k6-30']) await mends(name);
    const all = await plan({ group });
    expect(all).toMatchObject({ left: 4, followers: 111, skipped: { 'key-held': 111 } });
    await start(all.job);
    await until('some have followed', async () => (await applied('k5')).length > 3);
    await ended(three, 'SIGKILL');
    await aProcess();
    await send(keys, 5);
    await allApplied(keys, 120_000);
    for (const key of keys) expect(await applied(key)).toEqual(sent.get(key));
    for (const key of keys) await deadLetters(key, 0);
  }, 300_000);
});
