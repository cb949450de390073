import { names } from '@millrace/service';
import express, { type Express } from 'express';
import { requireAccess } from './access.ts';
import type { ApiParts } from './api-parts.ts';
import { dlqRoutes } from './dlq-routes.ts';
import { operationsRoutes } from './operations-routes.ts';
import { answerProblems, notFound } from './problems.ts';
import { referenceRoutes } from './reference-routes.ts';

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
  app.use(referenceRoutes(parts));
  app.use(notFound);
  app.use(answerProblems(parts.logger));
  return app;
}
