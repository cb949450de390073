import type { Role } from '../identity/permissions.ts';

/** `token`: an operator's, for the operator API. `key`: a client's, for business events. */
export type CredentialKind = 'token' | 'key';

/** What is known of a token or key. The secret is not in it, nor its digest. */
export interface Credential {
  readonly id: string;
  /** Whose it is: the id of the first of all that were made of each other by rotation. */
  readonly identity: string;
  readonly kind: CredentialKind;
  /** What people call a token; the client of a key. */
  readonly name: string;
  /** The first characters of the secret, to recognise it by. */
  readonly shown: string;
  /** Of a token. */
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  readonly topics: readonly string[];
  /** Of a key: entities that it may send; `*` is all. */
  readonly scopes: readonly string[];
  readonly createdBy: string;
  /** All times are epoch milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly rotatedFrom: string | null;
  readonly revokedAt: number | null;
  /** To about a minute. */
  readonly lastUsedAt: number | null;
}

export type CredentialState = 'valid' | 'expired' | 'revoked';

export function stateOf({ revokedAt, expiresAt }: Credential, now: number): CredentialState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'valid';
}
