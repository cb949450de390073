import type { Source } from '@millrace/connectors';
import { topics } from '@millrace/contracts';
import type { Claims } from '@millrace/ledger';
import { eventId, identityHeaders } from '@millrace/messaging';
import type { Identity, Permission } from '@millrace/operator-api';
import { type Health, type Logger, type Metrics, names } from '@millrace/service';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { AdminAccess } from './admin-access.ts';
import { detailsOf, summariseSources } from './describe-source.ts';
import { Refusal, shed } from './outcome.ts';
import type { Outlet } from './outlet.ts';
import { problem } from './respond.ts';
import type { ConfiguredSource } from './source-instances.ts';
import type { ApiKeys } from './sources-file.ts';

export interface AdminOptions {
  readonly access: AdminAccess;
  readonly health: Health;
  readonly definitions: Readonly<Record<string, Source>>;
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
  readonly keys: ApiKeys;
  readonly claims: Pick<Claims, 'find'>;
  readonly outlet: Outlet;
  /** Where the public listener is. */
  readonly url: () => string;
  /** Where the world reaches it, when that is elsewhere. */
  readonly publicUrl: string | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly freshId: () => string;
}

type Handler = (request: Request, identity: Identity) => Promise<unknown>;

/**
 * The operator's side of the gateway, on a listener of its own: sources, the sample key, where an event went, and
 * without a token what the health listeners of other services tell: readiness with its reasons, metrics with their names.
 */
export function createAdminApp(options: AdminOptions): Express {
  const { sources, definitions, keys, claims, access, freshId } = options;
  const app = express().disable('x-powered-by').disable('etag');
  const requests = options.metrics.counter(names.metrics.admin.requests);

  const get = (path: string, permission: Permission, handle: Handler): void => {
    app.get(path, async (request, response) => {
      await answer(request, response, path, async () => handle(request, await access.require(request, permission)));
    });
  };
  const answer = async (
    _request: Request,
    response: Response,
    route: string,
    work: () => Promise<unknown>,
  ): Promise<void> => {
    response.setHeader('Cache-Control', 'no-store');
    try {
      response.json(await work());
    } catch (error) {
      const refusal =
        error instanceof Refusal ? error : shed('X_GATEWAY_INTERNAL', 'the gateway failed', { cause: error });
      if (!(error instanceof Refusal)) options.logger.error({ err: error, route }, names.logs.gateway.failed);
      const { status, headers, body } = problem(refusal, freshId());
      response.status(status).set(headers).send(body);
    }
    requests.inc({ route, status: response.statusCode });
  };

  app.use(['/healthz', '/readyz', '/metrics'], (request: Request, _response: Response, next: NextFunction) => {
    access.requireAddress(request);
    next();
  });
  app.use(options.health.router);
  get('/admin/v1/sources', 'sources.read', async () => summariseSources(definitions, sources));
  get('/admin/v1/sources/:name', 'sources.secret', async (request, { id: actor }) => {
    const name = String(request.params['name']);
    const source = sources.get(name);
    if (source === undefined) throw unknown(`there is no source ${name}`);
    await audit(options, { action: 'sources.secret', actor, target: name });
    return detailsOf(source, { url: options.url(), publicUrl: options.publicUrl });
  });
  get('/admin/v1/keys/:name', 'keys.secret', async (request, { id: actor }) => {
    const name = String(request.params['name']);
    if (name !== 'sample') throw unknown(`the key ${name} is not kept in the clear; only the sample key is`);
    if (keys.sample === null) throw unknown('there is no sample key');
    await audit(options, { action: 'keys.secret', actor, target: 'sample' });
    return { name: 'sample', url: `${options.url()}/v1/events/{entity}`, ...keys.sample };
  });
  get('/admin/v1/events/:id', 'events.read', async (request) => {
    const id = String(request.params['id']);
    const claim = await found(claims, id);
    if (claim === null) throw unknown('the ledger has no such event');
    return { id, ...claim };
  });
  app.use((request: Request, response: Response) =>
    answer(request, response, 'unknown', async () => {
      await access.require(request, 'sources.read');
      throw unknown('there is nothing at this address');
    }),
  );
  // Four parameters make it an error handler.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    answer(request, response, 'health', () => Promise.reject(error)),
  );
  return app;
}

async function found(claims: Pick<Claims, 'find'>, id: string): ReturnType<Claims['find']> {
  try {
    return await claims.find(id, AbortSignal.timeout(3000));
  } catch (error) {
    throw shed('X_GATEWAY_CLAIM_CHECK_AWAY', 'the request ledger does not answer', {
      retryAfterMs: 5000,
      cause: error,
    });
  }
}

/** Written before the secret is shown: what was not recorded does not happen. */
async function audit(
  options: AdminOptions,
  entry: { readonly action: string; readonly actor: string; readonly target: string },
): Promise<void> {
  const at = options.now();
  const id = eventId(['audit', options.freshId()]);
  const { opsAudit } = topics;
  try {
    await options.outlet.send({
      topic: opsAudit,
      key: entry.target,
      headers: identityHeaders({
        id,
        source: 'ingest-gateway',
        type: opsAudit.type,
        time: new Date(at).toISOString(),
        correlationid: id,
        causationid: null,
        generation: 0,
        traceparent: null,
      }),
      value: { ...entry, detail: null, at },
    });
  } catch (error) {
    throw shed('X_ADMIN_AUDIT_AWAY', 'the audit entry could not be written', { retryAfterMs: 2000, cause: error });
  }
  options.logger.info(entry, names.logs.replay.audited);
}

function unknown(detail: string): Refusal {
  return new Refusal({ status: 404, code: 'X_ADMIN_UNKNOWN', detail });
}
