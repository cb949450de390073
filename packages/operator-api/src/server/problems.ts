import { randomUUID } from 'node:crypto';
import { isCodedError } from '@millrace/messaging';
import { type Logger, names } from '@millrace/service';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { type Fault, Refusal } from '../endpoint/refusal.ts';
import { operatorApiErrors, refusal } from '../errors.ts';

/** `application/problem+json`, RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly Fault[];
  readonly correlationId: string;
}

/** What an error looks like from outside. Faults of ours say nothing of their inside; the log does, under the correlation id. */
export function problemOf(error: unknown): Omit<Problem, 'correlationId' | 'type'> {
  if (error instanceof Refusal) {
    const { title, status, code, message, errors } = error;
    return { title, status, code, detail: message, errors };
  }
  if (isCodedError(error)) {
    const status = error.disposition.kind === 'retry' ? 503 : 500;
    return { title: 'A dependency failed', status, code: error.code, detail: error.message, errors: [] };
  }
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const detail = status === 413 ? tooLarge(error) : 'The request cannot be read.';
    return { title: operatorApiErrors.X_REQUEST_INVALID, status, code: 'X_REQUEST_INVALID', detail, errors: [] };
  }
  const title = operatorApiErrors.X_INTERNAL;
  return { title, status: 500, code: 'X_INTERNAL', detail: title, errors: [] };
}

function tooLarge(error: unknown): string {
  const { limit } = error as { readonly limit?: unknown };
  const most = typeof limit === 'number' ? `the ${Math.round(limit / 1_048_576) || 1} MB that` : 'what';
  return `The body is larger than ${most} this address takes; send it in parts.`;
}

/** What zod found, as JSON pointers (RFC 6901); an unknown field is named by its own. */
export function faultsOf(error: z.ZodError): readonly Fault[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), message: 'there is no such field' }))
      : [{ pointer: pointerTo(issue.path), message: issue.message }],
  );
}

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

export const notFound: RequestHandler = () => {
  throw refusal('X_REQUEST_UNKNOWN', 404);
};

/** One for each request, whoever asks first. */
export function correlationIdOf(response: Response): string {
  response.locals['correlationId'] ??= randomUUID();
  return response.locals['correlationId'] as string;
}

export function answerProblems(logger: Logger): ErrorRequestHandler {
  return (error, _request, response, next) => {
    const problem = problemOf(error);
    const correlationId = correlationIdOf(response);
    if (problem.status >= 500)
      logger.error({ err: error, correlationId, code: problem.code }, names.logs.gateway.failed);
    if (response.headersSent) {
      next(error); // the stream is broken off, which the client sees
      return;
    }
    const wait = error instanceof Refusal ? error.retryAfterSeconds : undefined;
    if (problem.status === 503) response.set('retry-after', String(wait ?? 2));
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify({ type: `urn:millrace:error:${problem.code}`, ...problem, correlationId }));
  };
}
