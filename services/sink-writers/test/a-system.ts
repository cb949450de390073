import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnySink } from '@millrace/connectors/kit/sink';
import { sinks } from '@millrace/connectors/sinks';
import { createHttpSimulator } from '@millrace/connectors/vendors/http/simulator';
import { createSlackSimulator } from '@millrace/connectors/vendors/slack/simulator';
import { createZendeskSimulator } from '@millrace/connectors/vendors/zendesk/simulator';
import {
  type DeliveryCompleted,
  groupTopics,
  retryTiers,
  type TicketClassified,
  topicSpecs,
  topics,
} from '@millrace/contracts';
import { parseFlows } from '@millrace/flows';
import type { Ledger } from '@millrace/ledger';
import {
  createInMemoryBroker,
  createInMemorySerde,
  defaultPipelineSettings,
  type InboundRecord,
  type InMemoryBroker,
  identityHeaders,
  type Producer,
  readDeadLetter,
  type StageHost,
} from '@millrace/messaging';
import { createLogger, createMetrics, type Metrics } from '@millrace/service';
import { createSinkWriters, type SinkWritersOptions } from '../src/sink-writers.ts';

const order = { actor: 'test', at: 0, leaves: false, ratePerSecond: null };

export const httpSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

type Vendor = 'zendesk' | 'slack' | 'http';

/** Vendors that behave as documented, each on a port of its own. */
export interface VendorStreet
  extends Readonly<
    Record<Vendor, { messages(): readonly { readonly eventId: string | null; readonly detail: object }[] }>
  > {
  readonly environment: Readonly<Record<string, string>>;
  steer(name: Vendor, command: string, settings?: object): Promise<void>;
  close(): Promise<void>;
}

export async function aVendorStreet(): Promise<VendorStreet> {
  const base = {
    host: '127.0.0.1',
    port: 0,
    dataFolder: mkdtempSync(join(tmpdir(), 'vendors-')),
    limits: false,
    now: Date.now,
  };
  const zendesk = createZendeskSimulator({ ...base, token: 'zt', signingSecret: 's', webhookUrl: null });
  const slack = createSlackSimulator({ ...base, token: 'st', channels: ['urgent'] });
  const http = createHttpSimulator({ ...base, secret: httpSecret });
  const all = { zendesk, slack, http };
  await Promise.all(Object.values(all).map((simulator) => simulator.open()));
  const environment = {
    ZENDESK_BASE_URL: zendesk.url(),
    ZENDESK_API_TOKEN: 'zt',
    SLACK_BASE_URL: slack.url(),
    SLACK_BOT_TOKEN: 'st',
    HTTP_BASE_URL: http.url(),
    HTTP_SIGNING_SECRET: httpSecret,
  };
  return {
    ...all,
    environment,
    async steer(name, command, settings = {}) {
      const url = `${all[name].url()}/_simulator/${command}`;
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(settings),
      });
      if (!answer.ok) throw new Error(`${name} answered ${answer.status} to ${command}`);
    },
    close: async () => void (await Promise.all(Object.values(all).map((simulator) => simulator.close()))),
  };
}

export interface SystemOptions {
  /** The `deliver` list of the tickets flow, as YAML. */
  readonly deliver: string;
  readonly ledger: Ledger;
  readonly environment: Readonly<Record<string, string>>;
  readonly settings?: Partial<SinkWritersOptions['settings']>;
  readonly sinks?: Readonly<Record<string, AnySink>>;
  /** Another process on the same cluster. */
  readonly cluster?: InMemoryBroker;
}

/** The service on a broker in memory. */
export interface System {
  readonly cluster: InMemoryBroker;
  readonly metrics: Metrics;
  readonly writers: StageHost;
  publish(eventId: string, ticket: TicketClassified): Promise<void>;
  /** Resolves when everything published is finished. */
  settled(): Promise<void>;
  completed(route?: string): readonly DeliveryCompleted[];
  deadLetters(route: string): readonly { readonly code: string; readonly record: InboundRecord }[];
  /** Records that went through the retry tiers of a route. */
  retried(route: string): number;
  redrive(route: string): Promise<void>;
  command(command: 'resume' | 'halt', route: string): Promise<void>;
  readiness(route: string): { readonly ok: boolean; readonly reason?: string } | undefined;
  close(): Promise<void>;
}

const group = (route: string): string => `sink-writers.tickets.${route}`;

export async function startSystem(options: SystemOptions): Promise<System> {
  const known = options.sinks ?? sinks;
  const text = `flows:\n  tickets:\n    classify:\n      - { task: category }\n      - { task: priority }\n    deliver:\n${options.deliver}`;
  const flows = parseFlows([{ file: 'test.yaml', text }], { knownSinks: known });
  const cluster = options.cluster ?? createInMemoryBroker();
  await cluster.admin.createTopics(topicSpecs(flows.groups(), { partitions: 2 }));
  const serde = createInMemorySerde();
  await serde.pin(Object.values(topics));
  const metrics = createMetrics();
  const fatal: Error[] = [];
  const broker = cluster.connect();
  const writers = createSinkWriters({
    flows,
    sinks: known,
    broker,
    serde,
    effects: options.ledger.effects,
    heldKeys: options.ledger.heldKeys,
    environment: options.environment,
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics,
    now: Date.now,
    fatal: (error) => fatal.push(error),
    settings: {
      ...defaultPipelineSettings,
      inProcessBaseMs: 5,
      inProcessCapMs: 200,
      refusalHoldMs: 300,
      retryWaitsMs: retryTiers.map(() => 50),
      commitIntervalMs: 50,
      graceMs: 10_000,
      ordinal: 0,
      trustedOrigins: Object.values(options.environment).filter((value) => value.startsWith('http://')),
      rateLimits: 'after-refusal',
      writeTimeoutMs: 5_000,
      rateLimitPatienceMs: 5_000,
      breakerOpenMs: 100,
      mostWritesPerKey: 30,
      expressionTimeoutMs: 2_000,
      ...options.settings,
    },
  });
  await writers.open();
  const producer: Producer = await cluster.createProducer();
  const send = async (record: Parameters<Producer['send']>[0]): Promise<void> => void (await producer.send(record));

  return {
    cluster,
    metrics,
    writers,
    publish: (eventId, ticket) =>
      send({
        topic: topics.ticketsClassified.name,
        key: Buffer.from(`zendesk:${ticket.entity.id}`),
        value: serde.encode(topics.ticketsClassified, ticket),
        headers: identityHeaders({
          id: eventId,
          source: 'test',
          type: topics.ticketsClassified.type,
          time: new Date().toISOString(),
          correlationid: `correlation of ${eventId}`,
          causationid: null,
          generation: 0,
          traceparent: null,
        }),
      }),
    async settled() {
      await Promise.all(writers.runs().map((run) => run.whenCaughtUp()));
      if (fatal[0] !== undefined) throw fatal[0];
    },
    completed: (route) =>
      cluster
        .records(topics.deliveriesCompleted.name)
        .map(({ value }) => topics.deliveriesCompleted.decode((value as Buffer).subarray(5)))
        .filter((delivery) => route === undefined || delivery.route === `tickets.${route}`),
    deadLetters: (route) =>
      cluster
        .records(groupTopics(group(route)).dlq)
        .map((record) => ({ code: readDeadLetter(record.headers)?.errorCode ?? '', record })),
    retried: (route) =>
      Object.values(groupTopics(group(route)).retry).reduce((sum, topic) => sum + cluster.records(topic).length, 0),
    async redrive(route) {
      const { dlq, lane } = groupTopics(group(route));
      for (const { partition, key, value, headers } of cluster.records(dlq))
        await send({ topic: lane, partition, key, value, headers });
    },
    command: (command, route) =>
      send({
        topic: topics.opsControl.name,
        key: Buffer.from(group(route)),
        value: serde.encode(topics.opsControl, { ...order, command, group: group(route) }),
        headers: [],
      }),
    readiness: (route) => writers.checks.find(({ name }) => name === group(route))?.ready(),
    close: () => writers.close(),
  };
}
