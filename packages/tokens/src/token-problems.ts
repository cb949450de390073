import { CodedError, halt, isCodedError, retry } from '@millrace/messaging';
import type { ReauthorisationReason, StoredTokens } from './token-store.ts';

const reasons: Readonly<Record<ReauthorisationReason, string>> = {
  'invalid-grant': 'the vendor ended the grant (invalid_grant)',
  'renewal-lost':
    'the vendor ended the grant after a renewal whose answer never came; it has most likely rotated the refresh token',
  'renewal-in-doubt':
    'a process died between asking for a new token and keeping it; the vendor has most likely rotated the refresh token',
  'no-refresh-token': 'its access token is over or refused, and there is no refresh token',
  revoked: 'an operator revoked it',
};

export function needsAuthorisation(connection: string, reason: ReauthorisationReason | null): CodedError {
  const why = reason === null ? 'nobody authorised it yet' : reasons[reason];
  return new CodedError(
    'X_TOKEN_NEEDS_AUTHORISATION',
    `connection ${connection} has no token: ${why}; run \`millrace connections authorise ${connection}\``,
    { disposition: halt, unavailable: true },
  );
}

/** The endpoint failed a moment ago, whichever process asked it. */
export function resting(connection: string, { restMs, failure }: Pick<StoredTokens, 'restMs' | 'failure'>): CodedError {
  const afterMs = Math.ceil(restMs);
  return new CodedError(
    'X_TOKEN_UNAVAILABLE',
    `connection ${connection} has no token for ${Math.ceil(afterMs / 1_000)} s: ${failure ?? 'the last request failed'}`,
    { disposition: retry(afterMs), unavailable: true },
  );
}

export const unwanted = (connection: string): CodedError =>
  new CodedError(
    'X_TOKEN_UNWANTED',
    `connection ${connection}: the vendor refuses a token that it has just issued for one that it refused; look at the scopes and permissions of the connection`,
    { disposition: halt, unavailable: true },
  );

export const sourceClosed = (connection: string): CodedError =>
  new CodedError('X_TOKEN_SOURCE_CLOSED', `the token of connection ${connection} was asked for after the end`, {
    disposition: retry(),
    unavailable: true,
  });

export const grantIsOver = (error: unknown): boolean => isCodedError(error) && error.code === 'X_TOKEN_GRANT_OVER';
