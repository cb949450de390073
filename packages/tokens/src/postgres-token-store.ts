import { type Database, quoteSchema } from '@millrace/ledger/postgres';
import { CodedError, retry } from '@millrace/messaging';
import { tokenSchema } from './schema.ts';
import type { SealedFor, Seals } from './sealing.ts';
import type {
  ClaimedRenewal,
  ConnectionSummary,
  ReauthorisationReason,
  StoredTokens,
  TokenSet,
  TokenState,
  TokenStore,
} from './token-store.ts';

interface SealedRow {
  readonly version: string;
  readonly key_id: string | null;
  readonly sealed: Buffer | null;
}

interface TokenRow extends SealedRow {
  readonly state: TokenState;
  readonly reason: ReauthorisationReason | null;
  readonly life_ms: string | null;
  readonly age_ms: number;
  readonly follows_refusal: boolean;
  readonly lease: string | null;
  readonly lease_over: boolean | null;
  readonly rest_ms: number | null;
  readonly failures: number;
  readonly failure: string | null;
}

const table = `${quoteSchema(tokenSchema)}.tokens`;
const ms = (instant: string): string => `extract(epoch FROM ${instant})::float8 * 1000`;
const inMs = (parameter: string): string => `clock_timestamp() + ${parameter}::float8 * interval '1 millisecond'`;
// An instant further ahead than anybody waits is one of a server's clock that was set back.
const isAhead = (column: string): string =>
  `(${column} > clock_timestamp() AND ${column} < clock_timestamp() + interval '25 hours')`;
const noLease = 'lease = NULL, lease_until = NULL';
const noFailure = 'rest_until = NULL, failures = 0, doubts = 0, failure = NULL';
const erased = 'key_id = NULL, sealed = NULL, life_ms = NULL';
const changed = 'changed_at = clock_timestamp()';
const mine = 'connection = $1 AND version = $2 AND lease = $3::uuid';
const mostTries = 20;

/**
 * The store in Postgres. Every step is one statement of its own, so that a process may die after any of them, and nothing
 * is kept by a session.
 */
export function createPostgresTokenStore(database: Pick<Database, 'query'>, seals: Seals): TokenStore {
  const { query } = database;
  const open = (connection: string, { version, key_id: keyId, sealed }: SealedRow): TokenSet | null =>
    keyId === null || sealed === null
      ? null
      : (JSON.parse(seals.open({ keyId, bytes: sealed }, { connection, version: Number(version) })) as TokenSet);
  const seal = (tokens: TokenSet, of: SealedFor): [string, Buffer] => {
    const { keyId, bytes } = seals.seal(JSON.stringify(tokens), of);
    return [keyId, bytes];
  };
  const write = async (set: string, where: string, values: unknown[]): Promise<boolean> =>
    (await query(`UPDATE ${table} SET ${set} WHERE ${where} RETURNING connection`, values)).length > 0;
  const values = ({ connection, version, lease }: ClaimedRenewal): unknown[] => [connection, version, lease];
  const versionOf = async (connection: string): Promise<number> => {
    const [row] = await query<{ version: string }>(`SELECT version FROM ${table} WHERE connection = $1`, [connection]);
    return Number(row?.version ?? 0);
  };

  return {
    async read(connection) {
      const [row] = await query<TokenRow>(
        `SELECT version, state, reason, key_id, sealed, life_ms, ${ms('clock_timestamp() - asked_at')} AS age_ms,
           follows_refusal, lease, NOT ${isAhead('lease_until')} AS lease_over,
           CASE WHEN ${isAhead('rest_until')} THEN ${ms('rest_until - clock_timestamp()')} END AS rest_ms, failures, failure
         FROM ${table} WHERE connection = $1`,
        [connection],
      );
      return row === undefined ? null : storedOf(row, open(connection, row));
    },

    async claim({ connection, version, lease }, { leaseMs, isRepeatable }) {
      if (version === 0) {
        await query(
          `INSERT INTO ${table} (connection, version, state) VALUES ($1, 0, 'authorised') ON CONFLICT DO NOTHING`,
          [connection],
        );
      }
      const [row] = await query<SealedRow>(
        `UPDATE ${table} SET lease = $3::uuid, lease_until = ${inMs('$4')}
         WHERE connection = $1 AND version = $2 AND state = 'authorised' AND NOT coalesce(${isAhead('rest_until')}, false)
           AND (lease IS NULL OR ($5 AND NOT ${isAhead('lease_until')}))
         RETURNING version, key_id, sealed`,
        [connection, version, lease, leaseMs, isRepeatable],
      );
      return row === undefined ? null : { tokens: open(connection, row) };
    },

    async renewed(renewal, { tokens, lifeMs, ageMs, followsRefusal }) {
      const version = renewal.version + 1;
      const [keyId, sealed] = seal(tokens, { connection: renewal.connection, version });
      const isKept = await write(
        `version = version + 1, state = 'authorised', reason = NULL, key_id = $4, sealed = $5, life_ms = $6,
         asked_at = ${inMs('-$7')}, follows_refusal = $8, ${noLease}, ${noFailure}, ${changed}`,
        mine,
        [...values(renewal), keyId, sealed, lifeMs, ageMs, followsRefusal],
      );
      return isKept ? version : null;
    },

    async failed(renewal, { says, restMs, inDoubt }) {
      await write(
        `${noLease}, failures = failures + 1, doubts = doubts + $4::int, failure = $5, rest_until = ${inMs('$6')},
         state = CASE reason WHEN 'renewal-in-doubt' THEN 'authorised' ELSE state END, reason = nullif(reason, 'renewal-in-doubt')`,
        mine,
        [...values(renewal), inDoubt ? 1 : 0, says, restMs],
      );
    },

    async over(renewal) {
      await write(
        `state = 'needs-reauthorisation', reason = CASE WHEN doubts > 0 THEN 'renewal-lost' ELSE 'invalid-grant' END,
         ${erased}, ${noLease}, ${changed}`,
        mine,
        values(renewal),
      );
    },

    async abandon(renewal) {
      await write(
        `state = 'needs-reauthorisation', reason = 'renewal-in-doubt', ${changed}`,
        `${mine} AND state = 'authorised' AND NOT ${isAhead('lease_until')}`,
        values(renewal),
      );
    },

    async exhaust(connection, version) {
      await write(
        `state = 'needs-reauthorisation', reason = 'no-refresh-token', ${erased}, ${changed}`,
        "connection = $1 AND version = $2 AND state = 'authorised'",
        [connection, version],
      );
    },

    async put(connection, { tokens, lifeMs, ageMs }) {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const version = (await versionOf(connection)) + 1;
        const [keyId, sealed] = seal(tokens, { connection, version });
        const rows = await query(
          `INSERT INTO ${table} AS known (connection, version, state, key_id, sealed, life_ms, asked_at)
           VALUES ($1, $2, 'authorised', $3, $4, $5, ${inMs('-$6')})
           ON CONFLICT (connection) DO UPDATE SET version = excluded.version, state = 'authorised', reason = NULL,
             key_id = excluded.key_id, sealed = excluded.sealed, life_ms = excluded.life_ms, asked_at = excluded.asked_at,
             follows_refusal = false, ${noLease}, ${noFailure}, ${changed}
           WHERE known.version = excluded.version - 1
           RETURNING version`,
          [connection, version, keyId, sealed, lifeMs, ageMs],
        );
        if (rows.length > 0) return version;
      }
      throw new CodedError(
        'X_LEDGER_CONFLICT',
        `the token of ${connection} was changed ${mostTries} times while it was being written`,
        { disposition: retry() },
      );
    },

    async reset(connection) {
      await write(
        `version = version + 1, state = 'authorised', reason = NULL, ${erased}, follows_refusal = false, ${noLease}, ${noFailure}, ${changed}`,
        'connection = $1',
        [connection],
      );
    },

    revoke: (connection) =>
      write(
        `version = version + 1, state = 'needs-reauthorisation', reason = 'revoked', ${erased}, ${noLease}, ${noFailure}, ${changed}`,
        'connection = $1',
        [connection],
      ),

    list: () =>
      query<Record<keyof ConnectionSummary, string> & { version: string }>(
        `SELECT connection, version, state, reason, failure,
           to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "changedAt"
         FROM ${table} ORDER BY connection`,
      ).then((rows) => rows.map((row) => ({ ...row, version: Number(row.version) }) as ConnectionSummary)),

    async reseal() {
      const rows = await query<SealedRow & { readonly connection: string }>(
        `SELECT connection, version, key_id, sealed FROM ${table} WHERE key_id <> $1`,
        [seals.keyId],
      );
      let resealed = 0;
      for (const { connection, ...row } of rows) {
        const tokens = open(connection, row);
        if (tokens === null) continue;
        const [keyId, sealed] = seal(tokens, { connection, version: Number(row.version) });
        const isKept = await write('key_id = $4, sealed = $5', 'connection = $1 AND version = $2 AND key_id = $3', [
          ...[connection, row.version, row.key_id],
          ...[keyId, sealed],
        ]);
        if (isKept) resealed += 1;
      }
      return resealed;
    },
  };
}

function storedOf(row: TokenRow, tokens: TokenSet | null): StoredTokens {
  return {
    version: Number(row.version),
    state: row.state,
    reason: row.reason,
    tokens,
    lifeMs: row.life_ms === null ? null : Number(row.life_ms),
    ageMs: row.age_ms,
    followsRefusal: row.follows_refusal,
    renewal: row.lease === null ? null : { lease: row.lease, isOver: row.lease_over !== false },
    restMs: row.rest_ms ?? 0,
    failures: row.failures,
    failure: row.failure,
  };
}
