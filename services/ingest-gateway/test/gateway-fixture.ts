import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { signRequest } from '@millrace/connectors';
import { sources as definitions } from '@millrace/connectors/sources';
import { topics, type WebhookReceived } from '@millrace/contracts';
import type { SourceInstance } from '@millrace/flows';
import {
  createInMemoryBroker,
  headerText,
  type InboundRecord,
  type InMemoryBroker,
  type Serde,
} from '@millrace/messaging';
import { createLogger, createMetrics, type Metrics } from '@millrace/service';
import { createGateway, type Gateway, type GatewayOptions, gatewayTopics } from '../src/gateway.ts';
import { configureSources } from '../src/source-instances.ts';
import { apiKeysOf } from '../src/sources-file.ts';
import { createMemory, createMemoryLedger, type Memory, type MemoryLedger } from './memory-ledger.ts';

export const secrets = {
  ZENDESK: 'zendesk-secret-0123456789',
  GITHUB: 'github-secret-0123456789',
  SLACK: 'slack-secret-0123456789',
  STRIPE: 'whsec_stripe-secret-literal',
  STANDARD: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
} as const;
export const apiKey = 'mlr_sample_0123456789abcdef';
export const tokens = { operator: 'operator-token-0123456789', approver: 'approver-token-0123456789' };

const instance = (
  name: string,
  connector: string,
  secret: string,
  more: Partial<SourceInstance> = {},
): SourceInstance => ({
  name,
  connector,
  secret: `\${${secret}}`,
  actor: null,
  enabled: true,
  settings: { identity: 'source' },
  ...more,
});

export const instances: Readonly<Record<string, SourceInstance>> = Object.fromEntries(
  [
    instance('zendesk', 'zendesk', 'ZENDESK'),
    instance('github', 'github', 'GITHUB'),
    instance('slack', 'slack', 'SLACK'),
    instance('stripe', 'stripe', 'STRIPE'),
    instance('partner', 'standard-webhooks', 'STANDARD'),
    instance('closed', 'github', 'GITHUB', { enabled: false }),
    instance('narrow', 'github', 'GITHUB', { settings: { identity: 'source', ratePerSecond: 1 } }),
    instance('strict', 'github', 'GITHUB', { settings: { identity: 'body' } }),
  ].map((source) => [source.name, source]),
);

/** Bare Avro behind five bytes, as the wire format has it; the registry's part is another package's to prove. */
const bareSerde: Serde = {
  pin: async () => undefined,
  encode: (topic, value) => Buffer.concat([Buffer.alloc(5), topic.encode(value)]),
  decode: (topic, bytes) => topic.decode(bytes.subarray(5)),
};

export interface Fixture {
  readonly url: string;
  readonly adminUrl: string;
  readonly broker: InMemoryBroker;
  readonly ledger: MemoryLedger;
  readonly memory: Memory;
  readonly metrics: Metrics;
  readonly gateway: Gateway;
  readonly logs: string[];
  close(): Promise<void>;
}

const limits = {
  maxInFlightBytes: 64_000_000,
  maxConnections: 1000,
  headerTimeoutMs: 5000,
  // A busy machine takes a second for 5 MB; whoever wants to see it run out says so.
  bodyTimeoutMs: 30_000,
  claimCheckBytes: 900_000,
  sourceRatePerSecond: 0,
  clientRatePerSecond: 0,
  addressRatePerSecond: 0,
  eventDeadlineMs: 5000,
  twinWaitMs: 200,
  claimTimeoutMs: 1000,
};

/** A gateway on a free port, with Kafka in memory. */
export async function openGateway(
  options: Partial<GatewayOptions> & { readonly memory?: Memory; readonly broker?: InMemoryBroker } = {},
): Promise<Fixture> {
  const { memory = createMemory(), broker = newBroker(), ...overrides } = options;
  const ledger = createMemoryLedger(memory);
  const logs: string[] = [];
  const metrics = createMetrics();
  const gateway = createGateway({
    ...limits,
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    adminHost: '127.0.0.1',
    adminAllowedHosts: [],
    publicUrl: undefined,
    trustedProxies: [],
    definitions,
    sources: configureSources(instances, definitions, secrets),
    keys: apiKeysOf({
      keys: [
        { client: 'shop', sha256: createHash('sha256').update(apiKey).digest('hex'), scopes: ['tickets', 'leads'] },
      ],
      sample: { client: 'shop', key: apiKey },
    }),
    credentials: null,
    tokens,
    connectProducer: () => broker.createProducer(),
    serde: bareSerde,
    ledger,
    logger: createLogger({ service: 'test', level: 'debug', destination: { write: (line) => void logs.push(line) } }),
    metrics,
    now: Date.now,
    ...overrides,
  });
  for (const part of gateway.parts) await part.open();
  gateway.health.enter('ready');
  return {
    url: gateway.api.url(),
    adminUrl: gateway.admin?.url() ?? '',
    broker,
    ledger,
    memory,
    metrics,
    gateway,
    logs,
    close: async () => {
      for (const part of gateway.parts.toReversed()) await part.close();
    },
  };
}

export function newBroker(): InMemoryBroker {
  return createInMemoryBroker({
    topics: gatewayTopics.map(({ name }) => ({ name, partitions: 4, replicationFactor: 1, config: {} })),
  });
}

export interface WebhookOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly secret?: string;
  /** What is sent instead of what was signed. */
  readonly sentBody?: Buffer;
  readonly now?: number;
}

const secretOf: Readonly<Record<string, string>> = {
  zendesk: secrets.ZENDESK,
  github: secrets.GITHUB,
  closed: secrets.GITHUB,
  narrow: secrets.GITHUB,
  strict: secrets.GITHUB,
  slack: secrets.SLACK,
  stripe: secrets.STRIPE,
  partner: secrets.STANDARD,
};

/** The headers of a genuine request. */
export function signedHeaders(source: string, body: Buffer, options: WebhookOptions = {}): Record<string, string> {
  const definition = definitions[instances[source]?.connector ?? ''];
  if (definition === undefined) throw new Error(`no source ${source}`);
  const headers = { 'content-type': 'application/json', ...options.headers };
  const proof = signRequest(definition.verification, {
    secret: options.secret ?? secretOf[source] ?? '',
    body,
    now: options.now ?? Date.now(),
    headers,
  });
  return { ...headers, ...proof };
}

export function postWebhook(
  url: string,
  source: string,
  body: Buffer | string,
  options: WebhookOptions = {},
): Promise<Response> {
  const bytes = Buffer.from(body);
  return fetch(`${url}/v1/webhooks/${source}`, {
    method: 'POST',
    headers: signedHeaders(source, bytes, options),
    body: options.sentBody ?? bytes,
  });
}

export function postEvent(
  url: string,
  entity: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/v1/events/${entity}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export interface RawRecord {
  readonly record: InboundRecord;
  readonly id: string | null;
  readonly value: WebhookReceived;
}

export function rawRecords(broker: InMemoryBroker): readonly RawRecord[] {
  const { webhooksReceived } = topics;
  return broker.records(webhooksReceived.name).map((record) => ({
    record,
    id: headerText(record.headers, 'ce_id'),
    value: webhooksReceived.decode((record.value ?? Buffer.alloc(0)).subarray(5)),
  }));
}

/** What was counted so far, as `outcome reason: n`. */
export async function outcomes(metrics: Metrics): Promise<Readonly<Record<string, number>>> {
  const text = await metrics.registry.metrics();
  const lines = text.matchAll(
    /^millrace_gateway_requests_total\{source="([^"]*)",outcome="([^"]*)",reason="([^"]*)"\} (\d+)$/gm,
  );
  return Object.fromEntries(
    [...lines]
      .filter(([, , , , count]) => count !== '0')
      .map(([, source, outcome, reason, count]) => [`${source} ${outcome} ${reason}`.trim(), Number(count)]),
  );
}

/** Sends bytes as they are and reads until the other side ends. */
export function sendBytes(url: string, write: (send: (text: string | Buffer) => void) => void): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => write((text) => socket.write(text)));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}

export async function until(isTrue: () => boolean | Promise<boolean>, ms = 5000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`not true within ${ms} ms`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export const zendeskEvent = (id: string, ticket = '35436'): string =>
  JSON.stringify({
    type: 'zen:event-type:ticket.created',
    account_id: 1,
    id,
    time: '2026-11-20T10:12:07.672Z',
    zendesk_event_version: '2022-11-06',
    subject: `zen:ticket:${ticket}`,
    event: {},
    detail: { id: ticket, subject: 'Card declined', description: 'Please help', actor_id: '7' },
  });
