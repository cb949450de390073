import { Refusal, type RefusalOptions } from '../endpoint/refusal.ts';

/** Codes of tokens and API keys: what each means and what fixes it. */
export const credentialErrors = {
  X_CREDENTIALS_AWAY:
    'Postgres does not answer, and this token or key was not seen in the last minutes; try again, it recovers by itself.',
  X_CREDENTIAL_UNKNOWN: 'There is no token or key with this id; `millrace tokens ls` and `millrace keys ls` show them.',
  X_CREDENTIAL_STATE: 'The token or key was revoked, rotated or has expired already; the detail says which.',
  X_CREDENTIAL_GRANT: 'Nobody gives, renews or takes away more than their own token allows.',
  X_CREDENTIAL_INVALID: 'What was asked for cannot be a token or key; the errors say where.',
} as const;
export type CredentialErrorCode = keyof typeof credentialErrors;

export function credentialRefusal(
  code: CredentialErrorCode,
  status: number,
  more: Pick<RefusalOptions, 'detail' | 'errors' | 'retryAfterSeconds' | 'cause'> = {},
): Refusal {
  return new Refusal({ code, status, title: credentialErrors[code], ...more });
}
