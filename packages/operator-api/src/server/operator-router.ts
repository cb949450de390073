import type { Logger } from '@millrace/service';
import express, { type Express, type Request, type RequestHandler, type Response, Router } from 'express';
import { type Declaration, type Endpoints, namedEndpoints } from '../endpoint/define-endpoint.ts';
import { refusal } from '../errors.ts';
import { isUnscoped, may } from '../identity/identity.ts';
import { openApiDocument } from '../openapi/openapi-document.ts';
import { type AccessOptions, identityOf, requireAccess } from './access.ts';
import { type AuditEntry, recordFirst } from './audit.ts';
import { type AnyHandler, accessOf, boundHandlers, type HandlersOf, type Prepared } from './handlers.ts';
import { answerProblems, correlationIdOf, notFound } from './problems.ts';
import { answerChecked, fileReader, readRequest } from './requests.ts';

export interface OperatorRouterOptions<E extends Endpoints> extends AccessOptions {
  readonly endpoints: E;
  readonly handlers: HandlersOf<E>;
  /** Below which everything is: `/admin`. At the root when absent. */
  readonly prefix?: `/${string}`;
  /** Resolves once the entry is durable. */
  readonly audit: (entry: AuditEntry) => Promise<void>;
  readonly logger: Logger;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
  /** After each answer, with the path as it is declared. */
  readonly onAnswered?: (route: string, status: number) => void;
  /** Refuses an answer of another shape than declared. For tests: an answer that differs is better than none. */
  readonly checkAnswers?: boolean;
}

/**
 * The server of declared endpoints: who it is, whether it may, what it asks, the audit, and only then the handler. Everything
 * below needs a token, the OpenAPI document too.
 */
export function operatorRouter<const E extends Endpoints>(options: OperatorRouterOptions<E>): Router {
  const { endpoints, logger, onAnswered, prefix = '' } = options;
  const bound = boundHandlers(endpoints, options.handlers);
  const router = Router();
  router.use((_request, response, next) => {
    response.once('finish', () => onAnswered?.(String(response.locals['route'] ?? 'unknown'), response.statusCode));
    response.set({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'millrace-correlation-id': correlationIdOf(response),
    });
    next();
  });
  router.use(...requireAccess(options));
  const document = JSON.stringify(openApiDocument(endpoints, prefix));
  router.get(`${prefix}/openapi.json`, (_request, response) => {
    response.locals['route'] = `${prefix}/openapi.json`;
    response.type('application/json').send(document);
  });
  for (const { name, endpoint } of inMatchingOrder(endpoints)) {
    const answer = serve(endpoint, bound.get(name) as AnyHandler, options);
    const steps: RequestHandler[] = [permit(endpoint, prefix), ...bodyReaders(endpoint), answer];
    router[verbs[endpoint.method]](prefix + endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1'), ...steps);
  }
  router.use(notFound);
  router.use(answerProblems(logger));
  return router;
}

/** The router as an app of its own. */
export function operatorApp(router: Router, open: readonly RequestHandler[] = []): Express {
  const app = express().disable('x-powered-by').disable('etag');
  for (const handler of open) app.use(handler);
  return app.use(router);
}

const verbs = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const;

/** `/v1/dlq/groups` before `/v1/dlq/{id}`, however they are declared. */
function inMatchingOrder(endpoints: Endpoints) {
  const braces = (path: string): string => path.replaceAll(/\{\w+\}/g, '\uffff');
  return namedEndpoints(endpoints).toSorted((one, other) =>
    braces(one.endpoint.path) < braces(other.endpoint.path) ? -1 : 1,
  );
}

/** Before the body is read: who may not ask makes us read nothing. */
function permit(endpoint: Declaration, prefix: string): RequestHandler {
  return (_request, response, next) => {
    response.locals['route'] = prefix + endpoint.path;
    const identity = identityOf(response);
    if (!may(identity, endpoint.permission))
      throw refusal('X_ACCESS_ROLE', 403, {
        detail: `this needs the permission ${endpoint.permission}; ${identity.roles.join(', ') || 'no role'} has it not`,
      });
    if (endpoint.scope === 'whole' && !isUnscoped(identity))
      throw refusal('X_ACCESS_SCOPE', 403, { detail: 'this touches every group and topic; the token is for some' });
    next();
  };
}

function bodyReaders({ body, bytes }: Declaration): RequestHandler[] {
  if (body !== undefined) return [express.json({ limit: '1mb' })];
  return bytes === undefined ? [] : [fileReader(bytes.limit)];
}

function serve(
  endpoint: Declaration,
  handler: AnyHandler,
  options: Pick<OperatorRouterOptions<Endpoints>, 'audit' | 'stopping' | 'checkAnswers'>,
): RequestHandler {
  return async (request: Request, response: Response) => {
    const identity = identityOf(response);
    const access = accessOf(identity);
    const asked = readRequest(endpoint, request);
    requireNamed(endpoint, asked, access);
    const hungUp = new AbortController();
    response.once('close', () => hungUp.abort(new Error('the caller hung up')));
    const signal = AbortSignal.any([options.stopping, hungUp.signal]);
    const call = { asked, identity, access, signal } as Parameters<AnyHandler>[0];
    let status: number = endpoint.status ?? 200;
    let answer = await handler(call);
    if (endpoint.audit !== undefined) {
      const prepared = answer as Prepared<unknown>;
      const isPlan = prepared.isPlan === true && endpoint.method !== 'GET';
      if (!isPlan) await recordFirst(endpoint.audit, prepared, { identity, request, audit: options.audit });
      status = prepared.status ?? status;
      answer = await prepared.act();
    }
    response.status(status).json(options.checkAnswers === true ? answerChecked(endpoint, answer) : answer);
  };
}

function requireNamed(
  { scope }: Declaration,
  asked: Readonly<Record<string, unknown>>,
  access: ReturnType<typeof accessOf>,
): void {
  if (typeof scope === 'string') return;
  const named = asked['group' in scope ? scope.group : scope.topic];
  if (typeof named !== 'string') return;
  if ('group' in scope) access.requireGroup(named);
  else access.requireTopic(named);
}
