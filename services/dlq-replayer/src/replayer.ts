import { randomUUID } from 'node:crypto';
import { topics } from '@millrace/contracts';
import type { Database } from '@millrace/ledger/postgres';
import type { Broker, Producer, Serde } from '@millrace/messaging';
import {
  createHttpServer,
  type Health,
  type HttpServer,
  instanceOf,
  type Logger,
  type Metrics,
  names,
  type Part,
  type ServiceControl,
} from '@millrace/service';
import type { Tokens } from './api/access.ts';
import { createApp } from './api/app.ts';
import { createAudit } from './audit.ts';
import { createDeadLetterIndex } from './index/dead-letter-index.ts';
import { createIndexer, indexGroup } from './index/indexer.ts';
import { createPublisher } from './publisher.ts';
import { createFollowHeld } from './redrive/follow-held.ts';
import { createJobRunner } from './redrive/job-runner.ts';
import { createJobStore } from './redrive/job-store.ts';
import { createRoutes } from './routes.ts';
import { createEdgeLookup } from './trace/edge-lookup.ts';

export interface ReplayerOptions {
  readonly broker: Broker;
  readonly producer: Producer;
  /** Closed with the service, so that a `pin` that waits for the registry ends. */
  readonly serde: Serde & { close?(): void };
  readonly health: Health;
  readonly database: Database;
  /** The consumer groups of the flow. */
  readonly groups: readonly string[];
  readonly tokens: Tokens;
  readonly allowedHosts: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly gatewayAdminUrl: string | undefined;
  readonly approvalAbove: number;
  readonly traceSearchMs: number;
  /** Tells this process from its siblings, and is the same after a restart: its own job goes on at once. */
  readonly instance: string;
  /** Its number among its siblings: keeps its place in consumer groups for it. */
  readonly ordinal?: number | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => number;
  /** Also index groups that the flow does not have any more; true when absent. */
  readonly withStrays?: boolean;
  /** Another than `dlq-replayer.index`, for tests that share a cluster. */
  readonly indexGroup?: string;
  readonly jobLeaseMs?: number;
}

export interface Replayer {
  readonly server: HttpServer;
  /** In the order in which they open. */
  readonly parts: readonly Part[];
}

/** What this service writes and reads by schema. */
const ownTopics = [
  topics.opsAudit,
  topics.opsControl,
  topics.opsPipelines,
  topics.opsReplayJob,
  topics.opsReplayAck,
  topics.opsDlqStatus,
  topics.referenceRows,
];

/** Puts the service together; opens nothing. */
export function createReplayer(options: ReplayerOptions, control: ServiceControl): Replayer {
  const { broker, producer, serde, database, groups, health, logger, metrics, now, instance } = options;
  const newId = (): string => randomUUID();
  const publisher = createPublisher({ producer, serde, now, newId });
  const index = createDeadLetterIndex(database);
  const jobs = createJobStore(database);
  const indexer = createIndexer({
    ...options,
    ...instanceOf('dlq-replayer', options.ordinal),
    index,
    withStrays: options.withStrays ?? true,
    onAnswers: () => followHeld.kick(),
    onFatal: control.fatal,
    ...(options.indexGroup === undefined ? {} : { group: options.indexGroup }),
  });
  const runner = createJobRunner({
    ...{ broker, producer, jobs, metrics, now, publisher, logger },
    runner: instance,
    ...(options.jobLeaseMs === undefined ? {} : { leaseMs: options.jobLeaseMs }),
  });
  const audit = createAudit({ publisher, logger, now });
  const followHeld = createFollowHeld({ jobs, runner, audit, publisher, logger, now, newId });
  const routes = createRoutes({
    ...{ broker, serde, publisher, logger, now },
    groups: groups.filter((group) => group !== indexGroup), // ours: no pipeline that anybody could halt
  });
  const deadLetters = metrics.gauge(names.metrics.replay.deadLetters);
  metrics.onCollect(async () => {
    const counts = await index.counts().catch(() => null); // a scrape must not fail with Postgres
    if (counts === null) return;
    deadLetters.reset();
    for (const { group, status, count } of counts) deadLetters.set({ group, status }, count);
  });
  const app = createApp({
    ...{ broker, serde, index, indexer, jobs, runner, routes, publisher, groups, health, logger, metrics, now, newId },
    edge: createEdgeLookup({ adminUrl: options.gatewayAdminUrl, token: options.tokens.operator }),
    ...{ audit, followHeld },
    access: { tokens: options.tokens, allowedHosts: options.allowedHosts },
    approvalAbove: options.approvalAbove,
    searchMs: options.traceSearchMs,
    stopping: control.stopping,
  });
  const server = createHttpServer({ name: 'operator API', host: options.host, port: options.port, handler: app });
  return {
    server,
    parts: [
      { name: 'kafka', open: async () => {}, close: () => broker.close() },
      { name: 'postgres', open: () => database.open(), close: () => database.close() },
      { name: 'producer', open: async () => {}, close: () => producer.close() },
      server, // before what may wait: health answers from the start
      { name: 'schemas', open: () => serde.pin(ownTopics), close: async () => serde.close?.() },
      routes,
      indexer,
      runner,
      followHeld,
    ],
  };
}
