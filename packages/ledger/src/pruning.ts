import { type Logger, names } from '@millrace/service';
import type { Store } from './store.ts';

/** One table that forgets by age. */
export interface PrunedTable {
  readonly store: Store;
  /** Its name in the metrics. */
  readonly kind: string;
  /** Quoted and qualified. */
  readonly table: string;
  /** A condition on its rows, of `$1`: the epoch milliseconds before which they are too old. */
  readonly isOld: string;
  readonly keepMs: number;
}

/** Few enough that no lock is held long; the loop goes on until nothing old is left. */
const rowsPerStatement = 5_000;
const everyMs = 600_000;

export interface Pruning {
  /** Removes what is too old, in small statements; of several processes one at a time. Returns how many rows went. */
  prune(signal?: AbortSignal): Promise<number>;
  /** Prunes now and then in the background. Returns how to stop. */
  start(logger: Logger): () => void;
}

export function createPruning(tables: readonly PrunedTable[]): Pruning {
  for (const { store, kind } of tables) store.metrics.counter(names.metrics.ledger.pruned).zero({ kind });
  const prune = async (signal?: AbortSignal): Promise<number> => {
    let total = 0;
    for (const pruned of tables) total += await pruneTable(pruned, signal);
    return total;
  };
  return {
    prune,
    start: (logger) => {
      const stopped = new AbortController();
      const round = (): void => {
        prune(stopped.signal).catch((error: unknown) => {
          if (!stopped.signal.aborted) logger.warn({ err: error }, names.logs.ledger.pruneFailed);
        });
      };
      const timer = setInterval(round, everyMs).unref();
      return () => {
        clearInterval(timer);
        stopped.abort();
      };
    },
  };
}

async function pruneTable({ store, kind, table, isOld, keepMs }: PrunedTable, signal?: AbortSignal): Promise<number> {
  const before = store.now() - keepMs;
  for (let total = 0; ; ) {
    signal?.throwIfAborted();
    const [row] = await store.database.query<{ gone: string }>(
      `WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtextextended($3, 0)) AS mine),
       old AS (SELECT ctid FROM ${table}, turn WHERE mine AND ${isOld} LIMIT $2),
       deleted AS (DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM old)) AND ${isOld} RETURNING 1)
       SELECT count(*) AS gone FROM deleted`,
      [before, rowsPerStatement, `prune ${table}`],
    );
    const gone = Number(row?.gone ?? 0);
    total += gone;
    store.metrics.counter(names.metrics.ledger.pruned).inc({ kind }, gone);
    if (gone < rowsPerStatement) return total;
  }
}
