import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type TicketClassified, topicSpecs, topics } from '@millrace/contracts';
import { freePorts } from '@millrace/embedded';
import { testCluster } from '@millrace/embedded/testing';
import { loadFlows } from '@millrace/flows';
import {
  connectKafka,
  connectRegistry,
  connectSchemaAdmin,
  type KafkaBroker,
  provision,
  type RegistrySerde,
} from '@millrace/kafka';
import { identityHeaders, type Producer, readIdentity } from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import { aTicket, goldAccount } from './builders.ts';

// Other files share the cluster and its topics: what this file wrote is known by its ids.
const { kafkaBrokers, registryUrl } = testCluster();
const flows = join(import.meta.dirname, '../../../infra/flows');
const logger = createLogger({ service: 'test', level: 'silent' });
const run = randomUUID().slice(0, 8);
const children: ChildProcess[] = [];
let broker: KafkaBroker;
let serde: RegistrySerde;
let producer: Producer;

beforeAll(async () => {
  broker = connectKafka({ brokers: kafkaBrokers, clientId: 'classifier-test', logger });
  serde = connectRegistry({ url: registryUrl, logger });
  const groups = loadFlows(flows)
    .groups()
    .filter((group) => group.startsWith('classifier.'));
  await provision(broker.admin, topicSpecs(groups));
  const schemas = connectSchemaAdmin({ url: registryUrl });
  for (const { subject, schema } of Object.values(topics)) await schemas.register(subject, schema);
  await serde.pin([topics.ticketsEnriched, topics.ticketsClassified]);
  producer = await broker.createProducer();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await producer.close();
  serde.close();
  await broker.close();
});

interface Process {
  readonly url: string;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

async function start(env: Readonly<Record<string, string>> = {}): Promise<Process> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      MILLRACE_PORT: String(port),
      MILLRACE_KAFKA_BROKERS: kafkaBrokers.join(','),
      MILLRACE_REGISTRY_URL: registryUrl,
      MILLRACE_FLOWS: flows,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    kill: (signal) => child.kill(signal),
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stderr })),
  };
}

async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Asks until the answer satisfies, or the deadline passes. */
async function until<T>(ask: () => Promise<T>, isEnough: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 40_000;
  for (;;) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const statusOf = (url: string): Promise<number> =>
  fetch(url).then(
    ({ status }) => status,
    () => 0,
  );
const ready = ({ url }: Process): Promise<number> =>
  until(
    () => statusOf(`${url}/readyz`),
    (status) => status === 200,
  );

async function publish(id: string, subject: string, description: string): Promise<void> {
  const identity = {
    id,
    source: 'zendesk',
    type: 'ticket.enriched',
    time: '2026-11-20T10:12:07.000Z',
    correlationid: id,
    causationid: null,
    generation: 0,
    traceparent: null,
  };
  await producer.send({
    topic: topics.ticketsEnriched.name,
    key: Buffer.from(`zendesk:${id}`),
    value: serde.encode(topics.ticketsEnriched, aTicket({ id, subject, description }, goldAccount)),
    headers: identityHeaders(identity),
  });
}

/** What was classified of this file's tickets, by the id of the ticket's event. */
async function classified(): Promise<ReadonlyMap<string, readonly TicketClassified[]>> {
  const topic = topics.ticketsClassified.name;
  const ranges = (await broker.admin.offsets([topic])).map(({ partition, earliest, latest }) => ({
    topic,
    partition,
    from: earliest,
    to: latest,
  }));
  const found = new Map<string, TicketClassified[]>();
  for await (const { headers, value } of broker.readRanges(ranges)) {
    const { correlationid = '' } = readIdentity(headers);
    if (!correlationid?.startsWith(run) || value === null) continue;
    found.set(correlationid, [
      ...(found.get(correlationid) ?? []),
      await serde.decode(topics.ticketsClassified, value),
    ]);
  }
  return found;
}

describe('the classifier process on Kafka and registry', () => {
  it('classifies an urgent ticket with the shipped pack, and ends in order with 0', async () => {
    const service = await start();
    await ready(service);
    const id = `${run}-urgent`;
    await publish(id, 'Stolen card', 'URGENT: my card was stolen and someone is using it right now!');
    const [ticket] = (await until(classified, (all) => all.has(id))).get(id) ?? [];
    expect(ticket?.judgements).toMatchObject({
      category: { label: 'security', decision: 'accepted', model: { name: 'support', method: 'cascade' } },
      priority: { label: 'urgent', model: { method: 'scorecard' } },
      language: { label: 'en' },
      reply: { decision: 'accepted', text: expect.stringContaining('freeze') },
    });
    expect(ticket?.judgements['priority']?.contributions).toContainEqual({
      feature: 'fact:account.tier=gold',
      weight: 1,
    });
    service.kill('SIGTERM');
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  it('classifies every ticket, though it is killed in the middle of them', async () => {
    const first = await start();
    await ready(first);
    const ids = Array.from({ length: 200 }, (_, at) => `${run}-kill-${at}`);
    const sending = Promise.all(
      ids.map((id, at) => publish(id, 'Question', `My transfer number ${at} has not arrived yet, where is it?`)),
    );
    const count = (all: ReadonlyMap<string, unknown>): number => ids.filter((id) => all.has(id)).length;
    await until(classified, (all) => count(all) > 0);
    first.kill('SIGKILL');
    await sending;
    const second = await start();
    await ready(second);
    const all = await until(classified, (found) => count(found) === ids.length);
    // What was in flight may come twice, and then says the same.
    for (const id of ids) expect(new Set((all.get(id) ?? []).map((ticket) => JSON.stringify(ticket))).size).toBe(1);
  });

  it('classifies what comes after texts that are made to stop it', async () => {
    const service = await start();
    await ready(service);
    const length = 800_000;
    const hostile = {
      tags: `${'<a'.repeat(length / 4)} style="${'font-size:0'.repeat(length / 24)}">`,
      addresses: 'http://'.repeat(length / 7),
      blanks: ' \n'.repeat(length / 2),
      quotations: 'On 3 March 2025 at 10:14, Jo <jo@example.com>\n'.repeat(length / 50),
    };
    const ids = Object.keys(hostile).map((name) => `${run}-${name}`);
    for (const [name, text] of Object.entries(hostile)) await publish(`${run}-${name}`, 'Question', text);
    const after = `${run}-after`;
    await publish(after, 'Card lost', 'I lost my card, please send me a new one.');
    const all = await until(classified, (found) => [...ids, after].every((id) => found.has(id)));
    expect(all.get(after)?.[0]?.judgements).toMatchObject({
      category: { label: 'security' },
      language: { label: 'en' },
    });
    // The record itself is whole: only what a model reads is bounded.
    expect(all.get(`${run}-tags`)?.[0]?.entity.description).toBe(hostile.tags);
    service.kill('SIGTERM');
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  it('ends before anything opens when a pack of the flows is not there, or a setting is missing', async () => {
    const noPacks = await (await start({ MILLRACE_PACKS: import.meta.dirname })).ended;
    expect(noPacks).toMatchObject({ code: 1, stderr: expect.stringContaining('support') });
    const noKafka = await (await start({ MILLRACE_KAFKA_BROKERS: '' })).ended;
    expect(noKafka).toMatchObject({ code: 1, stderr: expect.stringContaining('MILLRACE_KAFKA_BROKERS') });
  });
});
