import type { ReferenceRow } from '@millrace/contracts';
import { lookupKey } from '@millrace/flows/reference';
import type { Row } from './lookup-plan.ts';

/** The rows of one table, found by what keys are the same by. */
export interface ReferenceTable {
  /** The row of a record; null is a tombstone. */
  apply(storedKey: string, row: ReferenceRow | null): void;
  find(key: string): Row;
  size(): number;
}

/**
 * Rows are written under the key that lookups use. Those from before may stand under other spellings of it, each a record of
 * its own: of them all the one that was loaded last counts, and the tombstone of one leaves the others.
 */
export function createReferenceTable(): ReferenceTable {
  const rows = new Map<string, Pick<ReferenceRow, 'attributes' | 'loadedAt'>>();
  /** Lookup key → other spellings that rows stand under. */
  const spellings = new Map<string, Set<string>>();

  const note = (storedKey: string, isThere: boolean): void => {
    const key = lookupKey(storedKey);
    if (key === storedKey) return;
    const known = spellings.get(key) ?? new Set<string>();
    if (isThere) spellings.set(key, known.add(storedKey));
    else if (known.delete(storedKey) && known.size === 0) spellings.delete(key);
  };

  return {
    apply: (storedKey, row) => {
      note(storedKey, row !== null);
      if (row === null) rows.delete(storedKey);
      else rows.set(storedKey, { attributes: row.attributes, loadedAt: row.loadedAt });
    },
    find: (asked) => {
      const key = lookupKey(asked);
      let newest = rows.get(key);
      for (const other of spellings.get(key) ?? []) {
        const row = rows.get(other);
        if (row !== undefined && (newest === undefined || row.loadedAt > newest.loadedAt)) newest = row;
      }
      return newest?.attributes ?? null;
    },
    size: () => rows.size,
  };
}
