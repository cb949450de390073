import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Consumer, Kafka, Producer } from 'kafkajs';
import pg from 'pg';
import { startMeter } from '../meter.ts';
import { rawKafka } from '../raw-kafkajs.ts';
import type { SubjectRun } from '../subject.ts';

export interface HopsRequest {
  readonly brokers: readonly string[];
  readonly postgresUrl: string;
  readonly port: number;
  readonly secret: string;
  /** Raw, received, enriched, classified: as many topics as the system itself has between door and row. */
  readonly topics: readonly [string, string, string, string];
  readonly group: string;
}

interface Ticket {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly at: string;
  readonly context?: object;
  readonly judgements?: object;
}

/** The same hops by hand in one process: JSON instead of schemas, nothing recorded, nothing judged, no failure handled. */
export const run: SubjectRun<HopsRequest> = async (request, signal) => {
  const { brokers, postgresUrl, port, secret, topics, group } = request;
  const [raw, received, enriched, classified] = topics;
  const kafka = rawKafka(brokers);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const pool = new pg.Pool({ connectionString: postgresUrl, max: 2 });
  await pool.query('create table if not exists bench_tickets (id text primary key, at text, ticket jsonb)');
  const arrivals: [string, number][] = [];
  const store = async (tickets: readonly Ticket[]): Promise<void> => {
    const newest = [...new Map(tickets.map((ticket) => [ticket.id, ticket])).values()];
    await pool.query(
      `insert into bench_tickets select x->>'id', x->>'at', x from jsonb_array_elements($1::jsonb) x
       on conflict (id) do update set at = excluded.at, ticket = excluded.ticket where bench_tickets.at < excluded.at`,
      [JSON.stringify(newest)],
    );
    const now = Date.now();
    for (const { id } of newest) arrivals.push([id, now]);
  };
  const consumers = await Promise.all([
    hop(kafka, `${group}.1`, raw, pass(producer, received, normalised)),
    hop(
      kafka,
      `${group}.2`,
      received,
      pass(producer, enriched, (ticket) => ({ ...ticket, context: {} })),
    ),
    hop(
      kafka,
      `${group}.3`,
      enriched,
      pass(producer, classified, (ticket) => ({ ...ticket, judgements: {} })),
    ),
    hop(kafka, `${group}.4`, classified, (values) => store(values as readonly Ticket[])),
  ]);
  const server = createServer(async (incoming, answer) => {
    const body = await bodyOf(incoming);
    if (!isSigned(incoming, body, secret)) {
      answer.writeHead(401).end();
      return;
    }
    const { detail } = JSON.parse(body.toString()) as { readonly detail: { readonly id: string } };
    await producer.send({ topic: raw, acks: -1, messages: [{ key: detail.id, value: body }] });
    answer.writeHead(202).end('{}');
  });
  server.listen(port, '127.0.0.1');
  const meter = startMeter();
  if (!signal.aborted) await once(signal, 'abort');
  const cost = meter.stop();
  server.close();
  server.closeAllConnections();
  await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  await producer.disconnect();
  await pool.end();
  return { ...cost, records: arrivals.length, arrivals, faults: [] };
};

const hop = async (
  kafka: Kafka,
  groupId: string,
  topic: string,
  take: (values: readonly unknown[]) => Promise<void>,
): Promise<Consumer> => {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 250 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const joined = Promise.withResolvers<void>();
  consumer.on('consumer.group_join', () => joined.resolve());
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) joined.reject(payload.error);
  });
  await consumer.run({
    autoCommitInterval: 1_000,
    partitionsConsumedConcurrently: 4,
    eachBatch: ({ batch: { messages } }) => take(messages.map(({ value }) => JSON.parse(String(value)))),
  });
  await joined.promise;
  return consumer;
};

const pass =
  (producer: Producer, topic: string, change: (value: Ticket) => Ticket) =>
  async (values: readonly unknown[]): Promise<void> => {
    const messages = values.map((value) => {
      const ticket = change(value as Ticket);
      return { key: ticket.id, value: JSON.stringify(ticket) };
    });
    await producer.send({ topic, acks: -1, messages });
  };

const normalised = (webhook: unknown): Ticket => {
  const { detail, time } = webhook as { readonly detail: Omit<Ticket, 'at'>; readonly time: string };
  return { id: detail.id, subject: detail.subject, description: detail.description, at: time };
};

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const isSigned = ({ headers }: IncomingMessage, body: Buffer, secret: string): boolean => {
  const timestamp = String(headers['x-zendesk-webhook-signature-timestamp']);
  const wanted = createHmac('sha256', secret).update(timestamp).update(body).digest();
  const given = Buffer.from(String(headers['x-zendesk-webhook-signature']), 'base64');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};
