import { hash } from 'node:crypto';
import { type BodyStore, CodedError, deadLetter } from '@millrace/messaging';
import { keyDigest } from './settled-keys.ts';
import { prepared, type Store, tableOf } from './store.ts';

const day = 86_400_000;

/**
 * Bodies too large for a record, under the digest of their content: putting twice stores once. A body says itself until when
 * it is kept, and that moves on whenever it is put or read: a record that was tried may lie in further topics after that.
 * A row that was erased stays without its bytes, so that a record that still refers to it is not taken for one that lost it.
 * In the schema `claim_checks`, which every service shares on purpose. Bodies are never grouped: each is a statement's worth.
 */
export function createBodies(store: Store, keepMs: number): BodyStore {
  const bodies = tableOf(store, 'bodies');
  const keys = tableOf(store, 'body_keys');
  const insert = prepared(
    store,
    `WITH put AS (
       INSERT INTO ${bodies} AS stored (ref, bytes, put_at, keep_until) VALUES ($1, $2, $3, $4)
       ON CONFLICT (ref) DO UPDATE SET put_at = greatest(stored.put_at, excluded.put_at),
         keep_until = greatest(stored.keep_until, excluded.keep_until),
         bytes = CASE WHEN stored.erased THEN excluded.bytes ELSE stored.bytes END, erased = false
     ) INSERT INTO ${keys} (ref, key) SELECT $1, $5::bytea WHERE $5::bytea IS NOT NULL ON CONFLICT DO NOTHING`,
  );
  // A day's difference is not worth a write.
  const select = prepared<{ bytes: Buffer; erased: boolean }>(
    store,
    `WITH kept AS (UPDATE ${bodies} SET keep_until = $2::bigint WHERE ref = $1 AND keep_until < $2::bigint - ${day})
     SELECT bytes, erased FROM ${bodies} WHERE ref = $1`,
  );
  // What another key refers to as well is that one's too.
  const empty = prepared(
    store,
    `WITH gone AS (DELETE FROM ${keys} WHERE key = $1 AND ref <> $2 RETURNING ref)
     UPDATE ${bodies} AS stored SET bytes = '', erased = true FROM gone
     WHERE stored.ref = gone.ref AND NOT EXISTS (SELECT 1 FROM ${keys} AS other WHERE other.ref = stored.ref AND other.key <> $1)`,
  );

  return {
    put: async (bytes, recordKey, signal) => {
      signal?.throwIfAborted();
      const ref = `sha256:${hash('sha256', bytes, 'hex')}`;
      const key = recordKey === null ? null : keyDigest(recordKey);
      await insert([ref, bytes, store.now(), store.now() + keepMs, key]);
      return ref;
    },
    get: async (ref, signal) => {
      signal?.throwIfAborted();
      const [row] = await select([ref, store.now() + keepMs]);
      if (row !== undefined) return row.erased ? null : row.bytes;
      throw new CodedError('X_LEDGER_BODY_UNKNOWN', 'a claim-checked body is not in the store, expired or never put', {
        disposition: deadLetter,
        step: 'decode',
        // One that expired, or the store that lost them all.
        refusal: { scope: 'record', answer: 'unknown' },
      });
    },
    erase: async (recordKey, except, signal) => {
      signal?.throwIfAborted();
      await empty([keyDigest(recordKey), except ?? '']);
    },
  };
}
