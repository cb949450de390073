import type { Database } from '@millrace/ledger/postgres';
import { credentialsTable } from './credentials-schema.ts';

export interface LastUsedOptions {
  readonly database: Pick<Database, 'query'>;
  readonly now: () => number;
  readonly maxEntries: number;
}

/** When a credential was used last, to about a minute: a request only notes it, and one statement a minute writes all. */
export interface LastUsed {
  note(id: string, at: number): void;
  flushNowAndThen(): Promise<void>;
  /** Never rejects: what could not be written is tried again, and lost with the process at worst. */
  flush(): Promise<void>;
}

const everyMs = 60_000;

export function createLastUsed({ database, now, maxEntries }: LastUsedOptions): LastUsed {
  let used = new Map<string, number>();
  let flushedAt = now();

  const flush = async (): Promise<void> => {
    flushedAt = now();
    const written = used;
    if (written.size === 0) return;
    used = new Map();
    const ids = [...written.keys()].toSorted();
    try {
      // `changed` stays: nothing that anybody decides by has changed.
      await database.query(
        `UPDATE ${credentialsTable} c SET last_used_at = u.at
         FROM unnest($1::text[], $2::bigint[]) AS u(id, at) WHERE c.id = u.id AND coalesce(c.last_used_at, 0) < u.at`,
        [ids, ids.map((id) => written.get(id))],
      );
    } catch {
      for (const [id, at] of written) if (!used.has(id) && used.size < maxEntries) used.set(id, at);
    }
  };

  return {
    note: (id, at) => {
      if (used.has(id) || used.size < maxEntries) used.set(id, at);
    },
    flushNowAndThen: async () => {
      if (now() - flushedAt >= everyMs) await flush();
    },
    flush,
  };
}
