import { randomUUID } from 'node:crypto';
import { isCodedError } from '@millrace/messaging';
import { type Logger, names } from '@millrace/service';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { OperatorError, replayerErrors } from '../errors.ts';

/** `application/problem+json`, RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
  readonly correlationId: string;
}

/** What an error looks like from outside. Faults of ours say nothing of their inside; the log does, under the correlation id. */
export function problemOf(error: unknown): Omit<Problem, 'correlationId' | 'type'> {
  if (error instanceof OperatorError) {
    return {
      title: replayerErrors[error.code],
      status: error.status,
      code: error.code,
      detail: error.message,
      errors: error.errors,
    };
  }
  if (error instanceof z.ZodError) {
    const errors = error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, message }));
    const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
    return { title: replayerErrors.X_REQUEST_INVALID, status: 422, code: 'X_REQUEST_INVALID', detail, errors };
  }
  if (isCodedError(error)) {
    const status = error.disposition.kind === 'retry' ? 503 : 500;
    return { title: 'A dependency failed', status, code: error.code, detail: error.message, errors: [] };
  }
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return {
      title: replayerErrors.X_REQUEST_INVALID,
      status,
      code: 'X_REQUEST_INVALID',
      detail: status === 413 ? tooLarge : 'The request cannot be read.',
      errors: [],
    };
  }
  return {
    title: replayerErrors.X_INTERNAL,
    status: 500,
    code: 'X_INTERNAL',
    detail: replayerErrors.X_INTERNAL,
    errors: [],
  };
}

const tooLarge = 'The body is larger than this address takes (64 MB for a reference table); send it in parts.';

export const notFound: RequestHandler = () => {
  throw new OperatorError('X_REQUEST_UNKNOWN', 404);
};

export function answerProblems(logger: Logger): ErrorRequestHandler {
  return (error, _request, response, next) => {
    const problem = problemOf(error);
    const correlationId = randomUUID();
    if (problem.status >= 500)
      logger.error({ err: error, correlationId, code: problem.code }, names.logs.gateway.failed);
    if (response.headersSent) {
      next(error); // the stream is broken off, which the client sees
      return;
    }
    if (problem.status === 503) response.set('retry-after', '2');
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify({ type: `urn:millrace:error:${problem.code}`, ...problem, correlationId }));
  };
}
