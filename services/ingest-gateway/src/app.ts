import type { Health } from '@millrace/service';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { Refusal } from './outcome.ts';
import { type EventDoor, receiveEvent } from './receive-event.ts';
import { receiveWebhook, type WebhookDoor } from './receive-webhook.ts';
import type { Turnstile } from './turnstile.ts';
import type { Visits } from './visits.ts';

export interface AppOptions {
  readonly webhooks: WebhookDoor;
  readonly events: EventDoor;
  readonly visits: Visits;
  readonly health: Health;
  readonly addressRate: Turnstile;
  /** Proxies whose `X-Forwarded-For` is believed: addresses, networks, or names that Express knows (`loopback`). */
  readonly trustedProxies: readonly string[];
  readonly now: () => number;
}

/** The public listener: `/v1/webhooks/{source}`, `/v1/events/{entity}`, and what a probe needs. */
export function createApp(options: AppOptions): Express {
  const { webhooks, events, visits, health, addressRate, now } = options;
  const app = express()
    .disable('x-powered-by')
    .disable('etag')
    .set('trust proxy', [...options.trustedProxies])
    .set('query parser', false);
  // Who asks here is anybody: what names clients and sources is on the operator listener.
  app.use(health.publicRouter);
  app.all('/v1/webhooks/:source', (request, response) => {
    const visit = visits.begin(request, response);
    const sourceName = nameIn(request, 'source');
    const startedAt = now();
    if (webhooks.sources.has(sourceName)) visit.name(sourceName);
    return visit.answer(async () => {
      await passAddress(addressRate, request);
      const { path, query } = splitUrl(request.originalUrl);
      const remoteAddress = request.ip ?? null;
      return receiveWebhook(webhooks, { sourceName, message: request, path, query, remoteAddress, startedAt });
    });
  });
  app.all('/v1/events/:entity', (request, response) => {
    const visit = visits.begin(request, response);
    const startedAt = now();
    return visit.answer(async () => {
      await passAddress(addressRate, request);
      const onClient = (client: string): void => visit.name(`client/${client}`);
      return receiveEvent(events, { entityName: nameIn(request, 'entity'), message: request, startedAt, onClient });
    });
  });
  app.use((request: Request, response: Response) =>
    visits
      .begin(request, response)
      .answer(() =>
        Promise.reject(
          new Refusal({ status: 404, code: 'X_GATEWAY_ROUTE_UNKNOWN', detail: 'there is nothing at this address' }),
        ),
      ),
  );
  // Express's own refusals: an address that does not decode. Four parameters make it an error handler.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    visits
      .begin(request, response)
      .answer(() =>
        Promise.reject(
          error instanceof URIError
            ? new Refusal({ status: 400, code: 'X_GATEWAY_REQUEST_MALFORMED', detail: 'the address does not decode' })
            : error,
        ),
      ),
  );
  return app;
}

async function passAddress(rate: Turnstile, request: Request): Promise<void> {
  const refused = await rate.pass(request.ip ?? '');
  if (refused !== null) throw refused;
}

function nameIn(request: Request, parameter: string): string {
  const value = request.params[parameter];
  return typeof value === 'string' ? value : '';
}

function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}
