import { randomUUID } from 'node:crypto';
import { topics } from '@millrace/contracts';
import { FlowError, type Stage } from '@millrace/flows';
import type { SchemaAdmin } from '@millrace/kafka';
import type { Database } from '@millrace/ledger/postgres';
import { type Broker, controlReader, createStatePublisher, type Producer, type Serde } from '@millrace/messaging';
import { type Authenticate, authenticateAny, deadLetterStatuses } from '@millrace/operator-api';
import type { Credentials } from '@millrace/operator-api/credentials';
import {
  createHealth,
  createHttpServer,
  type Health,
  type HttpServer,
  instanceOf,
  type Logger,
  type Metrics,
  names,
  type Part,
  type Readiness,
  type ServiceControl,
} from '@millrace/service';
import { createApp } from './api/app.ts';
import { createAudit } from './audit.ts';
import { defaultDoctorLimits, installationChecks } from './doctor/checks.ts';
import { examine } from './doctor/examine.ts';
import { createFlowVersions } from './flows/flow-versions.ts';
import { type FlowFiles, followOtherFlows } from './flows/follow-other-flows.ts';
import { createDeadLetterIndex } from './index/dead-letter-index.ts';
import { createIndexPruning } from './index/index-pruning.ts';
import { createIndexer, indexGroup } from './index/indexer.ts';
import { createPipelines } from './pipelines/pipelines.ts';
import { createSeeks } from './pipelines/seek.ts';
import { createPublisher } from './publisher.ts';
import { createFollowHeld } from './redrive/follow-held.ts';
import { createJobRunner } from './redrive/job-runner.ts';
import { createJobStore } from './redrive/job-store.ts';
import { createEdgeLookup } from './trace/edge-lookup.ts';

export interface ReplayerOptions {
  readonly broker: Broker;
  readonly producer: Producer;
  /** Closed with the service, so that a `pin` that waits for the registry ends. */
  readonly serde: Serde & { close?(): void };
  readonly database: Database;
  /** Further conditions of being ready. */
  readonly checks?: readonly Readiness[];
  /** The consumer groups of the flow. */
  readonly groups: readonly string[];
  /** The flow files, and how this process goes over to others; without them it keeps the flows of its start. */
  readonly flowFiles?: FlowFiles;
  /** The stages of the flow, for `trace`: what wrote a record. */
  readonly stages: readonly Stage[];
  /** Who holds a token. */
  readonly authenticate: Authenticate;
  /** Further tokens, and the keys for business events. */
  readonly credentials: Credentials;
  /** Of the flow file: names that no client may have. */
  readonly sourceNames: readonly string[];
  /** With which this service asks the gateway's admin listener. */
  readonly gatewayToken: string;
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
  /** Refuse answers that are not as their endpoint declares; for tests. */
  readonly checkAnswers?: boolean;
  /** Also index groups that the flow does not have any more; true when absent. */
  readonly withStrays?: boolean;
  /** Another than `dlq-replayer.index`, for tests that share a cluster. */
  readonly indexGroup?: string;
  readonly jobLeaseMs?: number;
  /** How long plans and finished jobs are kept; 30 days when absent. */
  readonly keepJobsMs?: number;
  /** How long after its last change a dead letter stays in the index. */
  readonly keepIndexMs?: number;
  /** Everything that each group reads; for `doctor`, and for whoever says where one goes on. */
  readonly reads?: ReadonlyMap<string, readonly string[]>;
  /** Asked by `doctor`; without it no schema is. */
  readonly schemas?: Pick<SchemaAdmin, 'check'>;
  /** How many brokers keep each record, as declared; for `doctor`. */
  readonly replicationFactor?: number | undefined;
  /** What `doctor` takes for lag, and for a wrong clock; its defaults when absent. */
  readonly doctorLagMs?: number;
  readonly doctorClockMs?: number;
}

export interface Replayer {
  readonly health: Health;
  readonly server: HttpServer;
  /** In the order in which they open. */
  readonly parts: readonly Part[];
}

const answerMs = 5_000;

/** Whatever it says of a subject: it may be missing. */
async function isAnswering(schemas: Pick<SchemaAdmin, 'check'>): Promise<boolean> {
  await schemas.check(topics.opsPipelines.subject, topics.opsPipelines.schema);
  return true;
}

/** Every series that a redrive can move, at 0 until one does. */
function showReplays(metrics: Metrics, groups: readonly string[]): void {
  const { sent, skipped } = names.metrics.replay;
  for (const group of groups) {
    metrics.counter(sent).zero({ group });
    metrics.counter(skipped).zero({ group, reason: 'expired' });
  }
}

function withoutFiles(): never {
  throw new FlowError('X_FLOWS_INVALID', 'this process was started without flow files');
}

/** What this service writes and reads by schema. */
const ownTopics = [
  topics.opsAudit,
  topics.opsControl,
  topics.opsPipelines,
  topics.opsReplayJob,
  topics.opsReplayAck,
  topics.opsDlqStatus,
  topics.opsFlows,
  topics.referenceRows,
];

/** Puts the service together; opens nothing. */
export function createReplayer(
  options: ReplayerOptions,
  control: Pick<ServiceControl, 'stopping'> & { fatal(error: Error): void },
): Replayer {
  const { broker, producer, serde, database, groups, logger, metrics, now, instance, keepIndexMs } = options;
  const { reads = new Map<string, readonly string[]>() } = options;
  const newId = (): string => randomUUID();
  const publisher = createPublisher({ producer, serde, now, newId });
  const index = createDeadLetterIndex(database);
  const jobs = createJobStore(database);
  const standing = createStatePublisher({
    ...{ producer, serde, now, instance },
    group: options.indexGroup ?? indexGroup,
    service: 'dlq-replayer',
  });
  const stateGauge = metrics.gauge(names.metrics.pipeline.state);
  const indexer = createIndexer({
    ...options,
    ...instanceOf('dlq-replayer', options.ordinal),
    index,
    withStrays: options.withStrays ?? true,
    onAnswers: () => followHeld.kick(),
    onState: (state) => {
      for (const known of ['running', 'halted', 'open'] as const)
        stateGauge.set({ group: indexer.group, state: known }, known === state.state ? 1 : 0);
      standing.publish(state);
    },
    onFatal: control.fatal,
    ...(options.indexGroup === undefined ? {} : { group: options.indexGroup }),
  });
  const runner = createJobRunner({
    ...{ broker, producer, jobs, metrics, now, publisher, logger },
    runner: instance,
    ...(options.jobLeaseMs === undefined ? {} : { leaseMs: options.jobLeaseMs }),
    ...(options.keepJobsMs === undefined ? {} : { keepJobsMs: options.keepJobsMs }),
  });
  const audit = createAudit({ publisher, logger, now });
  const followHeld = createFollowHeld({ jobs, groups, runner, audit, publisher, logger, now, newId });
  const pipelines = createPipelines({
    ...{ broker, serde, publisher, logger, now },
    ...{ groups, reads },
  });
  const versions = createFlowVersions({ broker, serde, publisher, logger, now });
  const follower = followOtherFlows(options, indexer);
  const orders = controlReader({ broker, serde, runs: [indexer], logger });
  const deadLetters = metrics.gauge(names.metrics.replay.deadLetters);
  showReplays(metrics, groups);
  metrics.onCollect(async () => {
    const counts = await index.counts().catch(() => null); // a scrape must not fail with Postgres
    if (counts === null) return;
    deadLetters.reset();
    for (const group of groups) for (const status of deadLetterStatuses) deadLetters.set({ group, status }, 0);
    for (const { group, status, count } of counts) deadLetters.set({ group, status }, count);
  });
  const health = createHealth({
    registry: metrics.registry,
    checks: [
      { name: 'postgres', ready: () => database.readiness() },
      { name: indexer.group, ready: () => indexer.readiness() },
      ...(options.checks ?? []),
    ],
  });
  const schemas = options.schemas ?? null;
  const checks = installationChecks({
    ...{ broker, database, pipelines, jobs, schemas, groups, now, versions: follower === null ? null : versions },
    ...{ credentials: options.credentials.store, sourceNames: options.sourceNames },
    reads,
    withStrays: options.withStrays ?? true,
    hasOrdinal: options.ordinal !== undefined,
    declared: options.replicationFactor,
    limits: {
      ...defaultDoctorLimits,
      ...(options.doctorLagMs === undefined ? {} : { lagMs: options.doctorLagMs }),
      ...(options.doctorClockMs === undefined ? {} : { clockMs: options.doctorClockMs }),
    },
  });
  const answers = {
    kafka: () => broker.isReachable(answerMs),
    postgres: () => database.isReachable(),
    ...(schemas === null ? {} : { registry: () => isAnswering(schemas) }),
  };
  const app = createApp({
    doctor: (signal) => examine({ checks, now, answers }, signal),
    ...{
      broker,
      serde,
      index,
      indexer,
      jobs,
      runner,
      pipelines,
      publisher,
      groups,
      health,
      logger,
      metrics,
      now,
      newId,
    },
    edge: createEdgeLookup({ adminUrl: options.gatewayAdminUrl, token: options.gatewayToken }),
    ...{ audit, followHeld, versions, seeks: createSeeks({ broker, pipelines }) },
    flowFiles: {
      load: options.flowFiles?.check ?? withoutFiles,
      current: () => follower?.current() ?? withoutFiles(),
    },
    access: {
      authenticate: authenticateAny(options.authenticate, options.credentials.reader.authenticate),
      allowedHosts: options.allowedHosts,
    },
    credentials: { store: options.credentials.store, sourceNames: options.sourceNames, now },
    gateway: { url: options.gatewayAdminUrl, token: options.gatewayToken },
    checkAnswers: options.checkAnswers ?? false,
    approvalAbove: options.approvalAbove,
    stages: options.stages,
    searchMs: options.traceSearchMs,
    stopping: control.stopping,
  });
  const server = createHttpServer({ name: 'operator API', host: options.host, port: options.port, handler: app });
  return {
    server,
    health,
    parts: [
      { name: 'kafka', open: async () => {}, close: () => broker.close() },
      { name: 'postgres', open: () => database.open(), close: () => database.close() },
      options.credentials,
      { name: 'producer', open: async () => {}, close: () => producer.close() },
      server, // before what may wait: health answers from the start
      { name: 'schemas', open: () => serde.pin(ownTopics), close: async () => serde.close?.() },
      pipelines,
      ...(follower === null ? [] : [versions]),
      { name: 'control', open: () => orders.start(), close: () => orders.close() },
      indexer,
      ...(follower === null ? [] : [follower]),
      runner,
      followHeld,
      createIndexPruning({ index, logger, now, ...(keepIndexMs === undefined ? {} : { keepMs: keepIndexMs }) }),
    ],
  };
}
