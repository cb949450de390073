import { hash } from 'node:crypto';
import { type BodyStore, CodedError, deadLetter } from '@millrace/messaging';
import { prepared, type Store, tableOf } from './store.ts';

const day = 86_400_000;

/**
 * Bodies too large for a record, under the digest of their content: putting twice stores once. A body says itself until when
 * it is kept, and that moves on whenever it is put or read: a record that was tried may lie in further topics after that.
 * In the schema `claim_checks`, which every service shares on purpose. Bodies are never grouped: each is a statement's worth.
 */
export function createBodies(store: Store, keepMs: number): BodyStore {
  const bodies = tableOf(store, 'bodies');
  const insert = prepared(
    store,
    `INSERT INTO ${bodies} (ref, bytes, put_at, keep_until) VALUES ($1, $2, $3, $4)
     ON CONFLICT (ref) DO UPDATE SET put_at = greatest(${bodies}.put_at, excluded.put_at),
       keep_until = greatest(${bodies}.keep_until, excluded.keep_until)`,
  );
  // A day's difference is not worth a write.
  const select = prepared<{ bytes: Buffer }>(
    store,
    `WITH kept AS (UPDATE ${bodies} SET keep_until = $2::bigint WHERE ref = $1 AND keep_until < $2::bigint - ${day})
     SELECT bytes FROM ${bodies} WHERE ref = $1`,
  );

  return {
    put: async (bytes, signal) => {
      signal?.throwIfAborted();
      const ref = `sha256:${hash('sha256', bytes, 'hex')}`;
      await insert([ref, bytes, store.now(), store.now() + keepMs]);
      return ref;
    },
    get: async (ref, signal) => {
      signal?.throwIfAborted();
      const [row] = await select([ref, store.now() + keepMs]);
      if (row !== undefined) return row.bytes;
      throw new CodedError('X_LEDGER_BODY_UNKNOWN', 'a claim-checked body is not in the store, expired or never put', {
        disposition: deadLetter,
        step: 'decode',
        // One that expired, or the store that lost them all.
        refusal: { scope: 'record', answer: 'unknown' },
      });
    },
  };
}
