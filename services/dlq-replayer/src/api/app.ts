import type { Broker, Serde } from '@millrace/messaging';
import { type Health, type Logger, type Metrics, names } from '@millrace/service';
import express, { type Express } from 'express';
import type { Audit } from '../audit.ts';
import type { DeadLetterIndex } from '../index/dead-letter-index.ts';
import type { Indexer } from '../index/indexer.ts';
import type { Publisher } from '../publisher.ts';
import type { JobRunner } from '../redrive/job-runner.ts';
import type { JobStore } from '../redrive/job-store.ts';
import type { Routes } from '../routes.ts';
import type { EdgeLookup } from '../trace/edge-lookup.ts';
import { type AccessOptions, requireAccess } from './access.ts';
import { dlqRoutes } from './dlq-routes.ts';
import { operationsRoutes } from './operations-routes.ts';
import { answerProblems, notFound } from './problems.ts';

/** Everything the operator API works with. */
export interface ApiParts {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly index: DeadLetterIndex;
  readonly indexer: Indexer;
  readonly jobs: JobStore;
  readonly runner: JobRunner;
  readonly routes: Routes;
  readonly edge: EdgeLookup;
  readonly publisher: Publisher;
  readonly audit: Audit;
  readonly groups: readonly string[];
  readonly access: AccessOptions;
  readonly health: Health;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly newId: () => string;
  readonly approvalAbove: number;
  readonly searchMs: number;
  /** Aborted when the service stops: long reads end. */
  readonly stopping: AbortSignal;
}

/** The operator API. Health and metrics are open; everything else needs a token. */
export function createApp(parts: ApiParts): Express {
  const requests = parts.metrics.counter(names.metrics.admin.requests);
  const app = express().disable('x-powered-by').disable('etag');
  app.use(parts.health.router);
  app.use((request, response, next) => {
    response.once('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'unknown';
      requests.inc({ route, status: response.statusCode });
    });
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    next();
  });
  app.use(requireAccess(parts.access));
  app.use('/v1/dlq', express.json({ limit: '1mb' }));
  app.use(dlqRoutes(parts));
  app.use(operationsRoutes(parts));
  app.use(notFound);
  app.use(answerProblems(parts.logger));
  return app;
}
