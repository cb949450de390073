import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, topics } from '@millrace/contracts';
import { type TestDatabase, testCluster, testDatabase, testNamespace } from '@millrace/embedded/testing';
import {
  connectKafka,
  connectRegistry,
  connectSchemaAdmin,
  type KafkaBroker,
  type RegistrySerde,
} from '@millrace/kafka';
import { connectDatabase } from '@millrace/ledger/postgres';
import { identityHeaders, readIdentity } from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import { aTicket } from './builders.ts';
import type { PaidPlan } from './paid-process.ts';

const { kafkaBrokers, registryUrl } = testCluster();
const own = testNamespace();
const logger = createLogger({ service: 'test', level: 'silent' });
const children = new Set<ChildProcess>();
const tickets = 25;
let broker: KafkaBroker;
let serde: RegistrySerde;
let database: TestDatabase;
let questions = 0;
const model = createServer((request, response) => {
  request.resume();
  questions += 1;
  response.end(String(questions / 1_000));
});

beforeAll(async () => {
  broker = connectKafka({ brokers: kafkaBrokers, clientId: 'paid-test', logger });
  serde = connectRegistry({ url: registryUrl, logger });
  const schemas = connectSchemaAdmin({ url: registryUrl });
  for (const { subject, schema } of Object.values(topics)) await schemas.register(subject, schema);
  await serde.pin([topics.ticketsEnriched, topics.ticketsClassified]);
  database = await testDatabase();
  await once(model.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(async () => {
  model.close();
  model.closeAllConnections();
  serde.close();
  await broker.close();
  await database.drop();
});

function start(plan: PaidPlan): { readonly child: ChildProcess; held(): number } {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'paid-process.ts'), JSON.stringify(plan)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.add(child);
  child.once('exit', () => children.delete(child));
  let held = 0;
  child.stdout.setEncoding('utf8').on('data', (said: string) => {
    held += said.split('\n').length - 1;
  });
  return { child, held: () => held };
}

async function aPlan(): Promise<PaidPlan> {
  const [group, topic] = [`${own}.paid`, `${own}.tickets`];
  const { retry, dlq, lane } = groupTopics(group);
  const spec = (name: string, partitions: number) => ({ name, partitions, replicationFactor: 1, config: {} });
  await broker.admin.createTopics([
    ...[topic, ...Object.values(retry), dlq, lane].map((name) => spec(name, 4)),
    spec(topics.ticketsClassified.name, 4),
    ...[topics.opsPipelines.name, topics.opsReplayAck.name].map((name) => spec(name, 1)),
  ]);
  const producer = await broker.createProducer();
  for (let at = 0; at < tickets; at += 1) {
    const id = `${own}-${at}`;
    await producer.send({
      topic,
      key: Buffer.from(`zendesk:${id}`),
      value: serde.encode(topics.ticketsEnriched, aTicket({ id })),
      headers: identityHeaders({
        ...{ id, source: 'zendesk', type: topics.ticketsEnriched.type, time: new Date().toISOString() },
        ...{ correlationid: id, causationid: null, generation: 0, traceparent: null },
      }),
    });
  }
  await producer.close();
  const modelUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}/`;
  return {
    ...{ brokers: kafkaBrokers, registryUrl, postgresUrl: database.url, topic, group, modelUrl },
    holdsOutputs: true,
  };
}

/** What stands in the output topic, by the ticket's event. */
async function emitted(): Promise<ReadonlyMap<string, readonly Buffer[]>> {
  const topic = topics.ticketsClassified.name;
  const offsets = await broker.admin.offsets([topic]);
  const ranges = offsets.map(({ partition, earliest, latest }) => ({ topic, partition, from: earliest, to: latest }));
  const found = new Map<string, Buffer[]>();
  for await (const { headers, value } of broker.readRanges(ranges)) {
    const id = readIdentity(headers).correlationid ?? '';
    if (id.startsWith(`${own}-`) && value !== null) found.set(id, [...(found.get(id) ?? []), value]);
  }
  return found;
}

/** What the ledger has as the outcome, by the ticket's event. */
async function recorded(): Promise<ReadonlyMap<string, readonly Buffer[]>> {
  const reader = connectDatabase({ url: database.url, histories: [], logger, applicationName: 'test' });
  const rows = await reader.query<{ input_id: string; outcome: Buffer }>(
    'SELECT input_id, outcome FROM classifier.outcomes',
  );
  await reader.close();
  return new Map(
    rows.map(({ input_id, outcome }) => {
      const { outputs } = JSON.parse(outcome.toString()) as { readonly outputs: readonly { readonly value: string }[] };
      return [input_id, outputs.map(({ value }) => Buffer.from(value, 'base64'))];
    }),
  );
}

async function until(what: string, claim: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 40_000; !(await claim()); ) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const byId = (found: ReadonlyMap<string, readonly Buffer[]>): readonly unknown[] =>
  [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, values]) => [id, values.map((value) => value.toString('hex'))]);

describe('a classifier whose model is paid for', () => {
  it('killed between storing and producing, emits what was stored, byte for byte, and nobody pays twice', async () => {
    const plan = await aPlan();
    const first = start(plan);
    await until('every outcome is stored and held', () => first.held() === tickets);
    expect([questions, (await emitted()).size]).toEqual([tickets, 0]);
    const stored = await recorded();
    const ended = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await ended;
    start({ ...plan, holdsOutputs: false });
    await until('every ticket is emitted', async () => (await emitted()).size === tickets);
    expect(byId(await emitted())).toEqual(byId(stored));
    expect(questions).toBe(tickets);
  }, 90_000);
});
