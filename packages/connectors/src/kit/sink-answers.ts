import { deadLetter, retry } from '@millrace/messaging';
import { classifyHttp } from '@millrace/resilience/classify-http';
import type { OutboundResponse } from '@millrace/resilience/outbound';
import { OutboundError } from '@millrace/resilience/outbound-error';
import type { z } from 'zod';

/** Success, or the coded failure. `detail` may add the vendor's own error name; names only, its prose may quote data. */
export function requireSuccess(response: OutboundResponse, target: string, now: number): OutboundResponse {
  if (response.status >= 200 && response.status < 300) return response;
  throw classifyHttp(
    { status: response.status, retryAfter: response.headers['retry-after'], detail: errorName(response.body) },
    { target, now },
  );
}

/** Parses an answer. Not JSON at all is often a maintenance page, so it is worth another try; other JSON is not. */
export function readAnswer<T>(response: OutboundResponse, shape: z.ZodType<T>, target: string): T {
  const document = parseJson(response.body);
  if (document === undefined) {
    throw new OutboundError('X_HTTP_RESPONSE_UNREADABLE', `${target} answered something that is not JSON`, {
      disposition: retry(),
      applied: 'unknown',
    });
  }
  const parsed = shape.safeParse(document);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ');
  throw new OutboundError('X_SINK_SHAPE', `${target} answered in another shape than documented: ${paths}`, {
    disposition: deadLetter,
    applied: 'unknown',
    refusal: { scope: 'record', answer: 'another shape' },
  });
}

/** What the route's map made, checked; `fallback` when it has no map. */
export function readMapped<T>(mapped: unknown, shape: z.ZodType<T>, fallback: () => T): T {
  if (mapped === undefined) return fallback();
  if (mapped === null) throw misfit('it made nothing: what it reads is absent from this record');
  const parsed = shape.safeParse(mapped);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  throw misfit(problems.join('; '));
}

const misfit = (reason: string): OutboundError =>
  new OutboundError('X_SINK_MAP', `The map does not fit the sink: ${reason}`, {
    disposition: deadLetter,
    applied: 'no',
  });

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The name that an answer gives its error, where that is a name. */
export function errorName(body: Buffer): string | undefined {
  const document = parseJson(body);
  if (typeof document !== 'object' || document === null || !('error' in document)) return undefined;
  return typeof document.error === 'string' && /^[\w.-]{1,60}$/.test(document.error) ? document.error : undefined;
}
