import { type GatewayEndpoints, gatewayEndpoints } from '@millrace/operator-api';
import {
  type AccessOptions,
  answerProblems,
  type HandlersOf,
  operatorApp,
  operatorRouter,
  requireAddress,
} from '@millrace/operator-api/server';
import { type Health, type Logger, type Metrics, names } from '@millrace/service';
import { type Express, type RequestHandler, Router } from 'express';
import { type AdminHandlersOptions, adminHandlers } from './admin-handlers.ts';
import { createAudit } from './audit.ts';
import type { Outlet } from './outlet.ts';

export interface AdminOptions extends AdminHandlersOptions, AccessOptions {
  readonly health: Health;
  readonly outlet: Outlet;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly freshId: () => string;
  /** Aborted when the gateway stops. */
  readonly stopping: AbortSignal;
}

/**
 * The operator's side of the gateway, on a listener of its own: sources, the sample key, where an event went, and
 * without a token what the health listeners of other services tell: readiness with its reasons, metrics with their names.
 */
export function createAdminApp(options: AdminOptions): Express {
  const requests = options.metrics.counter(names.metrics.admin.requests);
  const handlers: HandlersOf<GatewayEndpoints> = adminHandlers(options);
  const { authenticate, allowedHosts, logger, stopping } = options;
  const router = operatorRouter({
    ...{ authenticate, allowedHosts, logger, stopping, handlers },
    endpoints: gatewayEndpoints,
    prefix: '/admin',
    audit: createAudit(options),
    onAnswered: (route, status) => requests.inc({ route, status }),
  });
  return operatorApp(router, [openHealth(options)]);
}

/** Without a token, and yet to no page that makes a browser ask. */
function openHealth({ health, allowedHosts, logger }: AdminOptions): RequestHandler {
  const router = Router();
  router.use(['/healthz', '/readyz', '/metrics'], requireAddress({ allowedHosts }));
  router.use(health.router);
  router.use(answerProblems(logger));
  return router;
}
