import type { Database, Query } from '@millrace/ledger/postgres';
import { type Credential, type CredentialKind, stateOf } from './credential.ts';
import { type CredentialRow, credentialColumns, credentialFrom } from './credential-row.ts';
import { credentialsTable, versionTable } from './credentials-schema.ts';
import { credentialRefusal } from './errors.ts';
import { type NewSecret, newSecret } from './secret.ts';

export type CredentialDraft = Pick<
  Credential,
  'kind' | 'name' | 'roles' | 'groups' | 'topics' | 'scopes' | 'expiresAt'
>;

/** The only answer that has a secret. */
export interface Issued {
  readonly credential: Credential;
  readonly secret: string;
}

/** Writes tokens and keys. Each change has a version of its own, by which every process hears of it. */
export interface CredentialStore {
  list(kind: CredentialKind): Promise<readonly Credential[]>;
  /** Throws a `Refusal` with 404 when there is none. */
  find(kind: CredentialKind, id: string): Promise<Credential>;
  create(draft: CredentialDraft, by: string): Promise<Issued>;
  /** A new secret for the same identity, for as long as the old one was made for; the old one counts for `overlapMs` more at most. */
  rotate(
    given: { readonly kind: CredentialKind; readonly id: string; readonly overlapMs: number },
    by: string,
  ): Promise<Issued>;
  /** Repeated: the first time stays. */
  revoke(given: { readonly kind: CredentialKind; readonly id: string }, by: string): Promise<Credential>;
}

export interface CredentialStoreOptions {
  readonly database: Database;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
}

export function createCredentialStore({ database, now, randomBytes }: CredentialStoreOptions): CredentialStore {
  const change = <T>(work: (query: Query, version: string) => Promise<T>): Promise<T> =>
    database.transaction(async (query) => {
      // First: whoever changes something holds this row to its commit, so nothing below meets another change.
      const [row] = await query<{ version: string }>(
        `UPDATE ${versionTable} SET version = version + 1 RETURNING version`,
      );
      return work(query, row?.version ?? '0');
    });

  return {
    list: async (kind) => {
      const rows = await database.query<CredentialRow>(
        `SELECT ${credentialColumns} FROM ${credentialsTable} c WHERE kind = $1 ORDER BY name, created_at, id`,
        [kind],
      );
      return rows.map(credentialFrom);
    },
    find: (kind, id) => found(database.query, kind, id),
    create: (draft, by) =>
      change((query, version) => {
        const made = newSecret(draft.kind, randomBytes);
        return insert(query, {
          ...draft,
          ...made,
          ...{ identity: made.id, rotatedFrom: null, by, at: now(), version },
        });
      }),
    rotate: ({ kind, id, overlapMs }, by) =>
      change(async (query, version) => {
        const at = now();
        const old = await found(query, kind, id);
        await requireNewest(query, old, at);
        const until = Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, at + overlapMs);
        await query(`UPDATE ${credentialsTable} SET expires_at = $2, changed = $3 WHERE id = $1`, [id, until, version]);
        const expiresAt = old.expiresAt === null ? null : at + (old.expiresAt - old.createdAt);
        const made = newSecret(kind, randomBytes);
        return insert(query, { ...old, ...made, ...{ expiresAt, rotatedFrom: id, by, at, version } });
      }),
    revoke: ({ kind, id }, by) =>
      change(async (query, version) => {
        await found(query, kind, id);
        await query(
          `UPDATE ${credentialsTable} SET revoked_at = $2, revoked_by = $3, changed = $4 WHERE id = $1 AND revoked_at IS NULL`,
          [id, now(), by, version],
        );
        return found(query, kind, id);
      }),
  };
}

async function found(query: Query, kind: CredentialKind, id: string): Promise<Credential> {
  const [row] = await query<CredentialRow>(
    `SELECT ${credentialColumns} FROM ${credentialsTable} c WHERE kind = $1 AND id = $2`,
    [kind, id],
  );
  if (row === undefined)
    throw credentialRefusal('X_CREDENTIAL_UNKNOWN', 404, { detail: `there is no ${kind} with this id` });
  return credentialFrom(row);
}

/** Two successors of one would be two secrets that nobody expects; one of what counts no more would bring it back. */
async function requireNewest(query: Query, { id, kind, ...old }: Credential, at: number): Promise<void> {
  const state = stateOf({ id, kind, ...old }, at);
  if (state !== 'valid')
    throw credentialRefusal('X_CREDENTIAL_STATE', 409, { detail: `the ${kind} is ${state}; create a new one` });
  const [newer] = await query<{ id: string }>(`SELECT id FROM ${credentialsTable} WHERE rotated_from = $1`, [id]);
  if (newer !== undefined)
    throw credentialRefusal('X_CREDENTIAL_STATE', 409, {
      detail: `the ${kind} was rotated already: ${newer.id} is the newer one`,
    });
}

type NewRow = CredentialDraft &
  NewSecret &
  Pick<Credential, 'identity' | 'rotatedFrom'> & { readonly by: string; readonly at: number; readonly version: string };

async function insert(query: Query, row: NewRow): Promise<Issued> {
  await query(
    `INSERT INTO ${credentialsTable} (id, identity, kind, name, digest, shown, roles, groups, topics, scopes,
       created_by, created_at, expires_at, rotated_from, changed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      ...[row.id, row.identity, row.kind, row.name, row.digest, row.shown],
      ...[row.roles, row.groups, row.topics, row.scopes],
      ...[row.by, row.at, row.expiresAt, row.rotatedFrom, row.version],
    ],
  );
  return { credential: await found(query, row.kind, row.id), secret: row.secret };
}
