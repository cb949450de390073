import { randomUUID } from 'node:crypto';
import express, { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import type { Registry } from 'prom-client';
import { type ServiceErrorCode, serviceErrors } from './errors.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import { publicMetrics } from './public-metrics.ts';

/** One named condition of being ready. Answers from memory: a probe must not wait for a dependency. */
export interface Readiness {
  readonly name: string;
  readonly ready: () => ReadinessState;
}

export interface ReadinessState {
  readonly ok: boolean;
  /** Why not. */
  readonly reason?: string;
  /** It is not ready until an operator acts: nobody should wait for it, or start it anew. */
  readonly isHalted?: true;
  /** What there is to know about it where it is ok. */
  readonly says?: string;
}

export type Phase = 'starting' | 'ready' | 'draining';

export interface HealthOptions {
  readonly checks: readonly Readiness[];
  readonly registry: Registry;
}

/** `/healthz` (the process lives), `/readyz` (it does its work; 503 with reasons otherwise), `/metrics`. */
export interface Health {
  /** For a service that serves these paths on its own port; mount at `/`. */
  readonly router: RequestHandler;
  /** The same for a port that strangers reach: a bare status, and metrics that name nobody. */
  readonly publicRouter: RequestHandler;
  /** Set by `runService`; `/readyz` is 503 in any phase but `ready`. */
  enter(phase: Phase): void;
  report(): HealthReport;
}

export interface HealthReport {
  readonly ready: boolean;
  readonly phase: Phase;
  readonly checks: Readonly<Record<string, ReadinessState>>;
}

export function createHealth({ checks, registry }: HealthOptions): Health {
  let phase: Phase = 'starting';
  const report = (): HealthReport => {
    const states = checks.map(({ name, ready }) => [name, ready()] as const);
    return {
      ready: phase === 'ready' && states.every(([, { ok }]) => ok),
      phase,
      checks: Object.fromEntries(states),
    };
  };
  const routerOf = (tell: (now: HealthReport) => object, metrics: () => Promise<string>): RequestHandler => {
    const router = Router();
    router.get('/healthz', (_request, response) => {
      response.json({ alive: true });
    });
    router.get('/readyz', (_request, response) => {
      const now = report();
      response.status(now.ready ? 200 : 503).json(tell(now));
    });
    router.get('/metrics', async (_request, response) => {
      response.type(registry.contentType).send(await metrics());
    });
    return router;
  };
  return {
    router: routerOf(
      (now) => now,
      () => registry.metrics(),
    ),
    publicRouter: routerOf(
      ({ ready }) => ({ ready }),
      () => publicMetrics(registry),
    ),
    report,
    enter: (next) => {
      phase = next;
    },
  };
}

export interface HealthServerOptions extends HealthOptions {
  readonly host: string;
  readonly port: number;
}

export interface HealthServer extends HttpServer {
  readonly health: Health;
}

/** A listener of its own for a service that has no other. */
export function createHealthServer({ host, port, ...options }: HealthServerOptions): HealthServer {
  const health = createHealth(options);
  const app = express().disable('x-powered-by').disable('etag');
  app.use(health.router);
  app.use((_request: Request, response: Response) => answerProblem(response, 404, 'X_SERVICE_PATH_UNKNOWN'));
  // Four parameters make it an error handler.
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    answerProblem(response, 500, 'X_SERVICE_INTERNAL'),
  );
  return { ...createHttpServer({ name: 'health', host, port, handler: app }), health };
}

/** `application/problem+json`, as everywhere. */
function answerProblem(response: Response, status: number, code: ServiceErrorCode): void {
  const detail = serviceErrors[code];
  const problem = { type: `urn:millrace:error:${code}`, title: detail, status, code, detail, errors: [] };
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problem, correlationId: randomUUID() }));
}
