import { join } from 'node:path';
import { sources } from '@millrace/connectors/sources';
import {
  groupTopics,
  type TicketReceived,
  type Topic,
  topicSpecs,
  topics,
  type WebhookReceived,
} from '@millrace/contracts';
import { loadFlows } from '@millrace/flows';
import {
  type BodyStore,
  type Broker,
  defaultPipelineSettings,
  type HeaderPair,
  type InboundRecord,
  identityHeaders,
  laneHeaders,
  type Producer,
  readDeadLetter,
  type Serde,
} from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { createEnricher, type Enricher } from '../src/enricher.ts';

const order = { actor: 'test', at: 0, leaves: false, ratePerSecond: null };

export const flows = loadFlows(join(import.meta.dirname, '../../../infra/flows'), { knownSources: sources });
export const specs = topicSpecs(flows.groups().filter((group) => group.startsWith('enricher.')));

const noBodies = { get: () => Promise.reject(new Error('no bodies here')), erase: async () => undefined };

export interface Fixture {
  readonly enricher: Enricher;
  /** Writes a raw webhook as the gateway does. */
  webhook(id: string, key: string, data: WebhookReceived): Promise<void>;
  /** Writes a business event as a gateway does whose clock says so. */
  businessEvent(id: string, data: TicketReceived, clock: number): Promise<void>;
  row(table: string, key: string, attributes: Readonly<Record<string, string>>): Promise<void>;
  control(command: 'halt' | 'resume', group: string): Promise<void>;
  /** Copies a dead letter into its group's lane, as a redrive does. */
  redrive(group: string, deadLetter: InboundRecord): Promise<void>;
  /** Everything a topic holds, decoded. */
  values<T>(topic: Topic<T>): Promise<readonly T[]>;
  deadLetters(group: string): Promise<readonly InboundRecord[]>;
  /** Everything in the tiers of a group. */
  retried(group: string): Promise<readonly InboundRecord[]>;
  /** Resolves when all stages have finished everything. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function startEnricher(
  broker: Broker,
  serde: Serde,
  onFatal: (error: Error) => void,
  bodies: Pick<BodyStore, 'get' | 'erase'> = noBodies,
): Promise<Fixture> {
  const enricher = createEnricher({
    flows,
    connectors: sources,
    broker,
    serde,
    bodies,
    settings: {
      ...defaultPipelineSettings,
      inProcessBaseMs: 1,
      graceMs: 10_000,
      ordinal: 0,
      breakerOpenMs: 50,
      bodyBudgetBytes: 64 * 1_024 * 1_024,
      expressionTimeoutMs: 100,
      tableRefreshTimeoutMs: 2_000,
    },
    logger: createLogger({ service: 'enricher', level: 'silent' }),
    metrics: createMetrics(),
    now: Date.now,
    fatal: onFatal,
  });
  await enricher.open();
  const producer: Producer = await broker.createProducer();
  await serde.pin([topics.webhooksReceived, topics.ticketsReceived, topics.referenceRows]);
  const send = async (topic: string, key: string, value: Buffer | null, headers: readonly HeaderPair[] = []) => {
    await producer.send({ topic, key: Buffer.from(key), value, headers });
  };
  const records = async (topic: string): Promise<readonly InboundRecord[]> => {
    const ranges = (await broker.admin.offsets([topic])).map(({ partition, earliest, latest }) => ({
      topic,
      partition,
      from: earliest,
      to: latest,
    }));
    const found: InboundRecord[] = [];
    for await (const record of broker.readRanges(ranges)) found.push(record);
    return found;
  };
  return {
    enricher,
    webhook: (id, key, data) => {
      const time = new Date(data.receivedAt).toISOString();
      const identity = {
        id,
        source: data.source,
        type: 'webhook.received',
        time,
        correlationid: id,
        causationid: null,
        generation: 0,
        traceparent: null,
      };
      return send(
        topics.webhooksReceived.name,
        key,
        serde.encode(topics.webhooksReceived, data),
        identityHeaders(identity),
      );
    },
    businessEvent: async (id, data, clock) => {
      const { name: topic, type } = topics.ticketsReceived;
      const time = new Date(clock).toISOString();
      const rest = { correlationid: id, causationid: null, generation: 0, traceparent: null };
      const value = serde.encode(topics.ticketsReceived, { ...data, receivedAt: clock });
      const headers = identityHeaders({ id, source: data.source, type, time, ...rest });
      await producer.send({
        topic,
        key: Buffer.from(`${data.source}:${data.entity.id}`),
        value,
        headers,
        timestamp: clock,
      });
    },
    row: (table, key, attributes) =>
      send(
        topics.referenceRows.name,
        `${table}/${key}`,
        serde.encode(topics.referenceRows, { table, key, attributes, loadedAt: 0 }),
      ),
    control: (command, group) =>
      send(topics.opsControl.name, group, serde.encode(topics.opsControl, { ...order, command, group })),
    redrive: (group, deadLetter) => {
      const of = readDeadLetter(deadLetter.headers)?.id ?? '';
      const replay = { job: 'job-1', of, mode: 'redrive', count: 1, generation: null, edited: null, actor: 'test' };
      return send(groupTopics(group).lane, String(deadLetter.key), deadLetter.value, laneHeaders(deadLetter, replay));
    },
    values: async (topic) =>
      await Promise.all((await records(topic.name)).map(({ value }) => serde.decode(topic, value ?? Buffer.alloc(0)))),
    deadLetters: (group) => records(groupTopics(group).dlq),
    retried: async (group) => (await Promise.all(Object.values(groupTopics(group).retry).map(records))).flat(),
    settled: async () => {
      // Stage by stage: what the first finished is what the next has to do.
      for (const run of enricher.runs()) await run.whenCaughtUp();
    },
    close: async () => {
      await enricher.close();
      await producer.close();
    },
  };
}
