import { randomFillSync } from 'node:crypto';
import type { Source } from '@millrace/connectors';
import { entities, type Topic, topics } from '@millrace/contracts';
import type { Ledger } from '@millrace/ledger';
import type { Producer, Serde } from '@millrace/messaging';
import { authenticateAny } from '@millrace/operator-api';
import type { CredentialReader } from '@millrace/operator-api/credentials';
import { authenticateTokens, type Tokens } from '@millrace/operator-api/server';
import { createBreaker } from '@millrace/resilience/breaker';
import {
  createHealth,
  createHttpServer,
  type Health,
  type HttpServer,
  type Logger,
  type Metrics,
  names,
  type Part,
  type Readiness,
  type ReadinessState,
} from '@millrace/service';
import { createAdminApp } from './admin-app.ts';
import { createApiServer } from './api-server.ts';
import { createApp } from './app.ts';
import { createByteBudget } from './byte-budget.ts';
import { createIntake } from './intake.ts';
import { createOutlet, type Outlet } from './outlet.ts';
import type { ConfiguredSource } from './source-instances.ts';
import type { ApiKeys } from './sources-file.ts';
import { createTurnstile } from './turnstile.ts';
import { uuidV7 } from './uuid-v7.ts';
import { createVisits } from './visits.ts';

export interface GatewayLimits {
  readonly maxInFlightBytes: number;
  readonly maxConnections: number;
  readonly headerTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly claimCheckBytes: number;
  readonly sourceRatePerSecond: number;
  readonly clientRatePerSecond: number;
  readonly addressRatePerSecond: number;
  readonly eventDeadlineMs: number;
  readonly twinWaitMs: number;
  readonly claimTimeoutMs: number;
}

export interface GatewayOptions extends GatewayLimits {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly adminHost: string;
  readonly adminAllowedHosts: readonly string[];
  readonly publicUrl: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly definitions: Readonly<Record<string, Source>>;
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
  readonly keys: ApiKeys;
  /** Keys that are given and taken away while it runs; null: only those of the file. */
  readonly credentials: CredentialReader | null;
  /** Null: no operator listener. */
  readonly tokens: Tokens | null;
  readonly connectProducer: () => Promise<Producer>;
  /** Whether the brokers let us in, and why not; always when absent. */
  readonly kafkaReadiness?: () => ReadinessState;
  /** Further conditions of being ready. */
  readonly checks?: readonly Readiness[];
  readonly serde: Serde;
  readonly ledger: Pick<Ledger, 'claims' | 'bodies' | 'readiness'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface Gateway {
  /** In the order of opening; the ledger is opened before them. */
  readonly parts: readonly Part[];
  readonly health: Health;
  readonly api: HttpServer;
  readonly admin: HttpServer | null;
}

/** Every topic that the gateway may write. */
export const gatewayTopics: readonly Topic<unknown>[] = [
  topics.webhooksReceived,
  topics.opsAudit,
  ...Object.values(entities).map(({ received }) => received),
] as readonly Topic<unknown>[];

/** Wires the door. Opens without Kafka, the registry and Postgres: it answers 503 where they are needed, until they are there. */
export function createGateway(options: GatewayOptions): Gateway {
  const { ledger, logger, metrics, now } = options;
  const freshId = (): string => uuidV7(now(), (bytes) => randomFillSync(bytes));
  let isDraining = false;

  const breaker = createBreaker({ openMs: 1000 });
  const outlet = createOutlet({
    connectProducer: options.connectProducer,
    serde: options.serde,
    topics: gatewayTopics,
    breaker,
    retryMs: { baseMs: 250, capMs: 2000 },
    logger,
  });
  const intake = createIntake({
    claims: ledger.claims,
    ledgerReadiness: () => ledger.readiness(),
    twinWaitMs: options.twinWaitMs,
    claimTimeoutMs: options.claimTimeoutMs,
    logger,
  });
  const budget = createByteBudget(options.maxInFlightBytes);
  const bytesGauge = metrics.gauge(names.metrics.gateway.inFlightBytes);
  metrics.onCollect(() => bytesGauge.set({}, budget.inFlight()));

  const expected = [...options.sources.keys(), ...options.keys.clients.map((client) => `client/${client}`)];
  const visits = createVisits({
    logger,
    metrics,
    expected,
    clock: () => performance.now() / 1000,
    freshId,
    isDraining: () => isDraining,
  });
  // Postgres is missing here on purpose: without it the door stays open.
  const health = createHealth({
    registry: metrics.registry,
    checks: [{ name: 'kafka', ready: () => kafkaReadiness(outlet, options.kafkaReadiness) }, ...(options.checks ?? [])],
  });
  const acceptedBytes = metrics.counter(names.metrics.gateway.bodyBytes);
  for (const source of expected) acceptedBytes.zero({ source });
  const common = { acceptedBytes, intake, outlet, budget, now, freshId, bodyTimeoutMs: options.bodyTimeoutMs };
  const app = createApp({
    visits,
    health,
    now,
    trustedProxies: options.trustedProxies,
    addressRate: createTurnstile({
      perSecond: options.addressRatePerSecond,
      code: 'X_GATEWAY_ADDRESS_RATE',
      detail: 'too many requests from this address',
    }),
    webhooks: {
      ...common,
      sources: options.sources,
      bodies: ledger.bodies,
      claimCheckBytes: options.claimCheckBytes,
      sourceRate: createTurnstile({
        perSecond: options.sourceRatePerSecond,
        code: 'X_GATEWAY_SOURCE_RATE',
        detail: 'too many requests of this source',
      }),
    },
    events: {
      ...common,
      keys: { file: options.keys, table: options.credentials, sourceNames: new Set(options.sources.keys()) },
      maxBytes: options.claimCheckBytes,
      deadlineMs: options.eventDeadlineMs,
      clientRate: createTurnstile({
        perSecond: options.clientRatePerSecond,
        code: 'X_GATEWAY_SOURCE_RATE',
        detail: 'too many requests of this client',
      }),
    },
  });
  const api = createApiServer({ ...options, handler: app, visits, freshId });
  const admin =
    options.tokens === null ? null : adminServer(options, { tokens: options.tokens, health, outlet, api, freshId });

  const door: Part = {
    name: 'door',
    open: () => api.open(),
    close: async () => {
      isDraining = true;
      const closed = api.close();
      // A connection that is kept alive falls idle after its last answer; only then can it be closed.
      const closingIdle = setInterval(() => api.server.closeIdleConnections(), 50);
      await closed;
      clearInterval(closingIdle);
      await intake.idle();
    },
  };
  return { parts: [outlet, door, ...(admin === null ? [] : [admin])], health, api, admin };
}

/** As the door sees it: one broker of three that does not let us in is no reason to turn everybody away. */
function kafkaReadiness(outlet: Outlet, access: GatewayOptions['kafkaReadiness']): ReadinessState {
  const state = outlet.readiness();
  const letIn = access?.() ?? { ok: true };
  return state.ok || letIn.ok ? state : letIn;
}

function adminServer(
  options: GatewayOptions,
  parts: {
    readonly tokens: Tokens;
    readonly health: Health;
    readonly outlet: Outlet;
    readonly api: HttpServer;
    readonly freshId: () => string;
  },
): HttpServer {
  const { tokens, health, outlet, api, freshId } = parts;
  const stopping = new AbortController();
  const fromFile = authenticateTokens(tokens);
  const { credentials } = options;
  const authenticate = credentials === null ? fromFile : authenticateAny(fromFile, credentials.authenticate);
  const handler = createAdminApp({
    authenticate,
    allowedHosts: options.adminAllowedHosts,
    stopping: stopping.signal,
    health,
    definitions: options.definitions,
    sources: options.sources,
    keys: options.keys,
    claims: options.ledger.claims,
    outlet,
    url: () => api.url(),
    publicUrl: options.publicUrl,
    logger: options.logger,
    metrics: options.metrics,
    now: options.now,
    freshId,
  });
  // Whatever the public listener is told, this one is loopback's unless it is told otherwise: it shows secrets.
  const server = createHttpServer({ name: 'admin', host: options.adminHost, port: options.adminPort, handler });
  const close = (): Promise<void> => {
    stopping.abort(new Error('the gateway stops'));
    return server.close();
  };
  return { ...server, close };
}
