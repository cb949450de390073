import { hash } from 'node:crypto';
import { type BodyStore, CodedError, deadLetter } from '@millrace/messaging';
import { prepared, type Store, tableOf } from './store.ts';

/**
 * Bodies too large for a record, under the digest of their content: putting twice stores once and renews the age.
 * In the schema `claim_checks`, which every service shares on purpose. Bodies are never grouped: each is a statement's worth.
 */
export function createBodies(store: Store): BodyStore {
  const bodies = tableOf(store, 'bodies');
  const insert = prepared(
    store,
    `INSERT INTO ${bodies} (ref, bytes, put_at) VALUES ($1, $2, $3)
     ON CONFLICT (ref) DO UPDATE SET put_at = greatest(${bodies}.put_at, excluded.put_at)`,
  );
  const select = prepared<{ bytes: Buffer }>(store, `SELECT bytes FROM ${bodies} WHERE ref = $1`);

  return {
    put: async (bytes, signal) => {
      signal?.throwIfAborted();
      const ref = `sha256:${hash('sha256', bytes, 'hex')}`;
      await insert([ref, bytes, store.now()]);
      return ref;
    },
    get: async (ref, signal) => {
      signal?.throwIfAborted();
      const [row] = await select([ref]);
      if (row !== undefined) return row.bytes;
      throw new CodedError('X_LEDGER_BODY_UNKNOWN', 'a claim-checked body is not in the store, expired or never put', {
        disposition: deadLetter,
        step: 'decode',
      });
    },
  };
}
