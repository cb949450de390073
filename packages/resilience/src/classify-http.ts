import { instantOf } from '@millrace/contracts';
import { type Disposition, type Refusal, retry } from '@millrace/messaging';
import type { ResilienceErrorCode } from './errors.ts';
import { meaningOfStatus } from './http-answers.ts';
import { type Applied, OutboundError } from './outbound-error.ts';

/** What came back instead of success: an answer with a status, or no answer at all. */
export type HttpFailure =
  | { readonly status: number; readonly retryAfter?: string | undefined; readonly detail?: string | undefined }
  | { readonly thrown: unknown };

export interface HttpFailureContext {
  /** Names the destination in the message: a host and what was attempted, never a full URL or a secret. */
  readonly target: string;
  /** Epoch milliseconds, for a Retry-After that is a date. */
  readonly now: number;
}

interface Verdict {
  readonly code: ResilienceErrorCode;
  readonly disposition: Disposition;
  readonly applied: Applied;
  readonly unavailable?: boolean;
  readonly refusal?: Refusal;
}

const longestWaitMs = 24 * 3_600_000;

/**
 * The one total classification of an outbound failure, whatever was thrown: an answer by the table of statuses
 * (`http-answers.ts`), no answer by how it failed to come; only a connection that never stood is `unavailable`.
 */
export function classifyHttp(failure: HttpFailure, context: HttpFailureContext): OutboundError {
  if ('status' in failure) {
    const verdict = verdictOfStatus(failure.status, parseRetryAfter(failure.retryAfter, context.now));
    const detail = failure.detail === undefined ? '' : `: ${failure.detail}`;
    return new OutboundError(verdict.code, `${context.target} answered ${failure.status}${detail}`, verdict);
  }
  if (failure.thrown instanceof OutboundError) return failure.thrown;
  const name = errorCode(failure.thrown);
  const verdict = verdictOfThrown(name);
  return new OutboundError(verdict.code, `${context.target} gave no answer (${name})`, {
    ...verdict,
    cause: failure.thrown,
  });
}

function verdictOfStatus(status: number, afterMs: number | undefined): Verdict {
  const { code, kind, scope, applied } = meaningOfStatus(status);
  const disposition = kind === 'retry' ? retry(afterMs) : { kind };
  return { code, disposition, applied, ...(scope === null ? {} : { refusal: { scope, answer: String(status) } }) };
}

const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const brokenOff = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);
const tooSlow = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT', 'TimeoutError']);
const unreadable = (name: string): boolean =>
  name.startsWith('HPE_') || name === 'HTTPParserError' || name === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
const badCertificate = (name: string): boolean =>
  name.startsWith('CERT_') ||
  name.startsWith('ERR_TLS_') ||
  name.startsWith('ERR_SSL_') ||
  name.includes('_CERT') ||
  name === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';

function verdictOfThrown(name: string): Verdict {
  if (neverConnected.has(name)) {
    return { code: 'X_HTTP_UNREACHABLE', disposition: retry(), applied: 'no', unavailable: true };
  }
  if (badCertificate(name)) return { code: 'X_HTTP_TLS', disposition: retry(), applied: 'no', unavailable: true };
  if (tooSlow.has(name)) return { code: 'X_HTTP_TIMEOUT', disposition: retry(), applied: 'unknown' };
  if (brokenOff.has(name)) return { code: 'X_HTTP_RESET', disposition: retry(), applied: 'unknown' };
  if (unreadable(name)) return { code: 'X_HTTP_RESPONSE_UNREADABLE', disposition: retry(), applied: 'unknown' };
  if (name === 'AbortError' || name === 'UND_ERR_ABORTED') {
    return { code: 'X_HTTP_ABORTED', disposition: retry(), applied: 'unknown' };
  }
  return { code: 'X_HTTP_UNEXPECTED', disposition: retry(), applied: 'unknown' };
}

/** The most telling name of a thrown value: a code where there is one, looking through causes and aggregates. Never throws. */
function errorCode(thrown: unknown, depth = 0): string {
  if (typeof thrown !== 'object' || thrown === null || depth > 4) return typeof thrown;
  const { code, name, cause, errors } = thrown as { code?: unknown; name?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  if (Array.isArray(errors) && errors.length > 0) return errorCode(errors[0], depth + 1);
  if (typeof cause === 'object' && cause !== null) return errorCode(cause, depth + 1);
  return typeof name === 'string' ? name : 'Error';
}

/** A number beyond three years of seconds is no wait but an instant, as some servers say it. */
const longestDelaySeconds = 1e8;

/**
 * How long to wait: seconds or an HTTP date, as the standard has it, or an instant in any unit or as ISO 8601, as some
 * servers have it. Undefined for anything else. Capped at a day, however absurd what was said.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d+(\.\d+)?$/.test(text) ? waitOf(text, now) : (httpDateOf(text) ?? instantOf(text) ?? Number.NaN) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, Math.ceil(ms)), longestWaitMs);
}

function waitOf(digits: string, now: number): number {
  const seconds = Number(digits);
  if (seconds < longestDelaySeconds) return seconds * 1000;
  const instant = instantOf(digits);
  return instant === null ? longestWaitMs : instant - now;
}

/** A date has a month's name; `Date.parse` would make a year of many a number. What names no zone (asctime) is GMT here. */
function httpDateOf(text: string): number | null {
  if (text.length > longestDate || !/[a-z]{3}/i.test(text)) return null;
  const date = Date.parse(/\b(GMT|UTC)$|[+-]\d{4}$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(date) ? null : date;
}

const longestDate = 64;
