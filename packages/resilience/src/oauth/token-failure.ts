import { type CodedError, halt, isCodedError } from '@millrace/messaging';
import { type Applied, appliedOf, OutboundError } from '../outbound-error.ts';
import { classifyThrown, unavailable } from './token-answer.ts';

/**
 * What a failed token request means. Total. Of the answer only the name of its error reaches a message, and no error of the
 * protocol library is a cause: it holds what was answered, and with that perhaps a token.
 */
export function tokenFailure(
  thrown: unknown,
  { host, now }: { readonly host: string; readonly now: number },
): CodedError {
  if (isCodedError(thrown) && thrown.code.startsWith('X_TOKEN_')) return thrown;
  const { code, error, status } = thrown as { code?: unknown; error?: unknown; status?: unknown };
  if (code === 'OAUTH_RESPONSE_BODY_ERROR') return refusal(host, Number(status), String(error));
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM') return refused(`${host} answered ${statusOf(thrown)}`, 'no');
  if (code === 'OAUTH_INVALID_RESPONSE' || code === 'OAUTH_PARSE_ERROR' || code === 'OAUTH_UNSUPPORTED_OPERATION') {
    return refused(`${host} answered 200 without an access_token that can be used`, 'unknown');
  }
  return noAnswer(classifyThrown(thrown, host, now), host);
}

function refusal(host: string, status: number, error: string): CodedError {
  const said = `${host} answered ${status} ${error}`;
  if (error !== 'invalid_grant') return refused(said, 'no');
  return new OutboundError('X_TOKEN_GRANT_OVER', `no token: ${said}: the grant is over`, {
    disposition: halt,
    unavailable: true,
    applied: 'no',
  });
}

function noAnswer(failure: OutboundError, host: string): CodedError {
  const name = causeName(failure.cause) ?? failure.code;
  if (failure.code === 'X_HTTP_BLOCKED') return refused(failure.message, 'no');
  if (failure.code === 'X_HTTP_TLS' && /CERT|UNABLE_TO_VERIFY/.test(name))
    return refused(`the certificate of ${host} is not accepted (${name})`, 'no', failure.cause);
  return unavailable(`${host} gave no answer (${name})`, { applied: appliedOf(failure), cause: failure.cause });
}

export const refused = (said: string, applied: Applied, cause?: unknown): OutboundError =>
  new OutboundError('X_TOKEN_REFUSED', `no token: ${said}`, { disposition: halt, unavailable: true, applied, cause });

const statusOf = (thrown: unknown): number =>
  Number((thrown as { readonly cause?: { readonly status?: unknown } }).cause?.status);

/** The most telling name of a failure, looking through causes and aggregates. */
export function causeName(error: unknown): string | null {
  let known: string | null = null;
  for (let current: unknown = error, depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    const { code, name, cause, errors } = current as Record<string, unknown>;
    if (typeof code === 'string') return code;
    if (typeof name === 'string') known = name;
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return known;
}
