import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyHttp, parseRetryAfter } from '../src/classify-http.ts';
import { resilienceErrors } from '../src/errors.ts';
import { appliedOf } from '../src/outbound-error.ts';

const context = { target: 'POST destination.example', now: 1_000_000 };
const coded = (code: string, cause?: unknown): Error => Object.assign(new Error('went wrong', { cause }), { code });

/** From each status on, until the next: what it means and whom it concerns. Every status from 100 to 599 is in it. */
const answers = [
  [100, 'X_HTTP_UNEXPECTED', 'retry', undefined, 'unknown'],
  [300, 'X_HTTP_REDIRECTED', 'halt', 'everyone', 'no'],
  [400, 'X_HTTP_REJECTED', 'dead-letter', 'record', 'no'],
  [401, 'X_HTTP_UNAUTHORIZED', 'halt', 'everyone', 'no'],
  [402, 'X_HTTP_REJECTED', 'dead-letter', 'record', 'no'],
  [403, 'X_HTTP_FORBIDDEN', 'dead-letter', 'record', 'no'],
  [404, 'X_HTTP_NOT_FOUND', 'dead-letter', 'record', 'no'],
  [405, 'X_HTTP_REJECTED', 'dead-letter', 'record', 'no'],
  [407, 'X_HTTP_UNAUTHORIZED', 'halt', 'everyone', 'no'],
  [408, 'X_HTTP_TIMEOUT', 'retry', undefined, 'unknown'],
  [409, 'X_HTTP_CONFLICT', 'retry', 'record', 'no'],
  [410, 'X_HTTP_NOT_FOUND', 'dead-letter', 'record', 'no'],
  [411, 'X_HTTP_REJECTED', 'dead-letter', 'record', 'no'],
  [412, 'X_HTTP_CONFLICT', 'retry', 'record', 'no'],
  [413, 'X_HTTP_TOO_LARGE', 'dead-letter', 'record', 'no'],
  [415, 'X_HTTP_REJECTED', 'dead-letter', 'record', 'no'],
  [423, 'X_HTTP_CONFLICT', 'retry', 'record', 'no'],
  [424, 'X_HTTP_REJECTED', 'dead-letter', 'record', 'no'],
  [425, 'X_HTTP_RATE_LIMITED', 'retry', 'everyone', 'no'],
  [426, 'X_HTTP_REJECTED', 'dead-letter', 'record', 'no'],
  [429, 'X_HTTP_RATE_LIMITED', 'retry', 'everyone', 'no'],
  [430, 'X_HTTP_REJECTED', 'dead-letter', 'record', 'no'],
  [431, 'X_HTTP_TOO_LARGE', 'dead-letter', 'record', 'no'],
  [432, 'X_HTTP_REJECTED', 'dead-letter', 'record', 'no'],
  [500, 'X_HTTP_SERVER', 'retry', undefined, 'unknown'],
] as const;

describe('classification of an answer', () => {
  it('is total: every status has one meaning, and a refusal says whom it concerns', () => {
    for (let status = 100; status < 600; status += 1) {
      const [, ...meaning] = answers.findLast(([from]) => from <= status) ?? answers[0];
      const error = classifyHttp({ status }, context);
      expect([status, error.code, error.disposition.kind, error.refusal?.scope, error.applied]).toEqual([
        status,
        ...meaning,
      ]);
      expect([error.unavailable, error.refusal?.answer ?? String(status)]).toEqual([false, String(status)]);
    }
  });

  it.each([0, 99, 600, 999, Number.NaN, Number.POSITIVE_INFINITY])(
    'tries again after a status that is none: %p',
    (status) => {
      expect(classifyHttp({ status }, context)).toMatchObject({ disposition: { kind: 'retry' }, refusal: null });
    },
  );

  it('carries the wait that the destination asks for', () => {
    expect(classifyHttp({ status: 429, retryAfter: '7' }, context).disposition).toEqual({
      kind: 'retry',
      afterMs: 7_000,
    });
    expect(classifyHttp({ status: 503, retryAfter: 'soon' }, context).disposition).toEqual({ kind: 'retry' });
  });
});

describe('classification of no answer', () => {
  it.each([
    [coded('ECONNREFUSED'), 'X_HTTP_UNREACHABLE', 'no', true],
    [coded('ENOTFOUND'), 'X_HTTP_UNREACHABLE', 'no', true],
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'X_HTTP_UNREACHABLE', 'no', true],
    [new AggregateError([coded('ECONNREFUSED')]), 'X_HTTP_UNREACHABLE', 'no', true],
    [coded('CERT_HAS_EXPIRED'), 'X_HTTP_TLS', 'no', true],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'X_HTTP_TLS', 'no', true],
    [coded('UND_ERR_HEADERS_TIMEOUT'), 'X_HTTP_TIMEOUT', 'unknown', false],
    [new DOMException('late', 'TimeoutError'), 'X_HTTP_TIMEOUT', 'unknown', false],
    [coded('ECONNRESET'), 'X_HTTP_RESET', 'unknown', false],
    [new TypeError('fetch failed', { cause: coded('UND_ERR_SOCKET') }), 'X_HTTP_RESET', 'unknown', false],
    [coded('HPE_INVALID_CONSTANT'), 'X_HTTP_RESPONSE_UNREADABLE', 'unknown', false],
    [new DOMException('given up', 'AbortError'), 'X_HTTP_ABORTED', 'unknown', false],
    [new Error('?'), 'X_HTTP_UNEXPECTED', 'unknown', false],
    ['text', 'X_HTTP_UNEXPECTED', 'unknown', false],
    [undefined, 'X_HTTP_UNEXPECTED', 'unknown', false],
  ])('makes of %p: %s, applied %s, unavailable %s', (thrown, code, applied, unavailable) => {
    const error = classifyHttp({ thrown }, context);
    expect([error.code, error.applied, error.unavailable]).toEqual([code, applied, unavailable]);
  });

  it('is total: whatever is thrown gets a code of the catalogue', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        const error = classifyHttp({ thrown }, context);
        return error.code in resilienceErrors && appliedOf(error) === error.applied;
      }),
    );
  });

  it('survives a cause that is itself', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(classifyHttp({ thrown: error }, context).code).toBe('X_HTTP_UNEXPECTED');
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1.5', 1_500],
    [' 30 ', 30_000],
    [new Date(1_060_000).toUTCString(), 60_000],
    [new Date(0).toUTCString(), 0],
    ['99999999', 86_400_000],
    ['9'.repeat(400), 86_400_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
    ['+275760-09-13T00:00:00Z', undefined],
    ['1e400', undefined],
    ['-1', undefined],
    ['', undefined],
    ['tomorrow', undefined],
  ])('reads %p as %p ms', (header, ms) => {
    expect(parseRetryAfter(header, context.now)).toBe(ms);
  });
  it('reads an instant as the time until then, in whatever unit and form a server says it', () => {
    const now = Date.parse('2026-11-20T08:00:00Z');
    const then = now + 90_000;
    for (const said of [
      String(then / 1000),
      String(then),
      `${then}000`,
      '2026-11-20T08:01:30Z',
      '2026-11-20T09:01:30+01:00',
      'Fri, 20 Nov 2026 08:01:30 GMT',
      'Friday, 20-Nov-26 08:01:30 GMT',
      'Fri Nov 20 08:01:30 2026',
    ])
      expect([said, parseRetryAfter(said, now)]).toEqual([said, 90_000]);
    expect(parseRetryAfter('2026-11-19', now)).toBe(0);
  });
});
