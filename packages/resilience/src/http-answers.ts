import type { Disposition, Scope } from '@millrace/messaging';
import type { ResilienceErrorCode } from './errors.ts';
import type { Applied } from './outbound-error.ts';

/** What a status means, whoever answered it. */
export interface AnswerMeaning {
  readonly code: ResilienceErrorCode;
  readonly kind: Disposition['kind'];
  /** Whom the refusal concerns; null for an answer that is none: a failure of the other side, or nothing we know. */
  readonly scope: Scope | null;
  readonly applied: Applied;
}

const of = (
  code: ResilienceErrorCode,
  kind: Disposition['kind'],
  scope: Scope | null,
  applied: Applied = 'no',
): AnswerMeaning => ({ code, kind, scope, applied });

const credentials = of('X_HTTP_UNAUTHORIZED', 'halt', 'everyone');
const tooMany = of('X_HTTP_RATE_LIMITED', 'retry', 'everyone');
const conflict = of('X_HTTP_CONFLICT', 'retry', 'record');
const notFound = of('X_HTTP_NOT_FOUND', 'dead-letter', 'record');
const tooLarge = of('X_HTTP_TOO_LARGE', 'dead-letter', 'record');

/** The statuses that mean something of their own. */
const stated: Readonly<Record<number, AnswerMeaning>> = {
  401: credentials,
  403: of('X_HTTP_FORBIDDEN', 'dead-letter', 'record'),
  404: notFound,
  407: credentials,
  408: of('X_HTTP_TIMEOUT', 'retry', null, 'unknown'),
  409: conflict,
  410: notFound,
  412: conflict,
  413: tooLarge,
  414: tooLarge,
  423: conflict,
  425: tooMany,
  429: tooMany,
  431: tooLarge,
};

const redirected = of('X_HTTP_REDIRECTED', 'halt', 'everyone');
const rejected = of('X_HTTP_REJECTED', 'dead-letter', 'record');
// A server may fail over one record, so it counts as the record's own failure; the breaker tells it from an outage.
const failed = of('X_HTTP_SERVER', 'retry', null, 'unknown');
const unexpected = of('X_HTTP_UNEXPECTED', 'retry', null, 'unknown');

/**
 * The one table of what a status that is no success means. Total: what is not stated follows its class, because new statuses
 * keep to it (RFC 9110 §15), and what is of no class is tried again.
 */
export function meaningOfStatus(status: number): AnswerMeaning {
  const own = stated[status];
  if (own !== undefined) return own;
  if (status >= 300 && status < 400) return redirected;
  if (status >= 400 && status < 500) return rejected;
  return status >= 500 ? failed : unexpected;
}
