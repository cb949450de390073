import { type Role, roles } from '../identity/permissions.ts';
import type { Credential, CredentialKind } from './credential.ts';

/** As Postgres gives it: whole numbers of 64 bits are texts. */
export interface CredentialRow {
  readonly id: string;
  readonly identity: string;
  readonly kind: CredentialKind;
  readonly name: string;
  readonly shown: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly topics: readonly string[];
  readonly scopes: readonly string[];
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly rotated_from: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

/** Everything that may be shown: the digest is read only where a secret is looked up. */
export const credentialColumns = `c.id, c.identity, c.kind, c.name, c.shown, c.roles, c.groups, c.topics, c.scopes,
  c.created_by, c.created_at, c.expires_at, c.rotated_from, c.revoked_at, c.last_used_at`;

export function credentialFrom(row: CredentialRow): Credential {
  const { id, identity, kind, name, shown, groups, topics, scopes } = row;
  return {
    ...{ id, identity, kind, name, shown, groups, topics, scopes },
    // A role that a newer version knows allows nothing here.
    roles: row.roles.filter((role): role is Role => (roles as readonly string[]).includes(role)),
    createdBy: row.created_by,
    createdAt: Number(row.created_at),
    expiresAt: numberOrNull(row.expires_at),
    rotatedFrom: row.rotated_from,
    revokedAt: numberOrNull(row.revoked_at),
    lastUsedAt: numberOrNull(row.last_used_at),
  };
}

const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));
