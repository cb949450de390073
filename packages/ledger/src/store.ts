import { isCodedError } from '@millrace/messaging';
import { type Metrics, names } from '@millrace/service';
import type { QueryResultRow } from 'pg';
import type { Database } from './database.ts';
import { createGroupCommit, type GroupCommitOptions, type Submit } from './group-commit.ts';
import { quoteSchema } from './migrations.ts';

/** What each table of the ledger is given. */
export interface Store {
  readonly database: Database;
  readonly schema: string;
  readonly now: () => number;
  readonly metrics: Metrics;
}

/** A table's name inside a statement. */
export const tableOf = ({ schema }: Pick<Store, 'schema'>, table: string): string => `${quoteSchema(schema)}.${table}`;

/** A statement that is asked often. */
export function prepared<R extends QueryResultRow>(
  { database }: Store,
  text: string,
): (values: unknown[]) => Promise<R[]> {
  return (values) => database.prepared<R>(text, values);
}

/** A group commit whose statements are counted and timed. */
export function measuredGroupCommit<Item, Result>(
  { metrics }: Store,
  kind: string,
  options: GroupCommitOptions<Item, Result>,
): Submit<Item, Result> {
  const statements = metrics.counter(names.metrics.ledger.statements);
  const rows = metrics.histogram(names.metrics.ledger.batchRows);
  const seconds = metrics.histogram(names.metrics.ledger.statementSeconds);
  for (const outcome of ['ok', 'error']) statements.zero({ kind, outcome });
  rows.zero({ kind });
  seconds.zero({ kind });
  return createGroupCommit({
    isOneItemsFault: (error) => isCodedError(error) && error.code === 'X_LEDGER_DATA',
    ...options,
    execute: async (items) => {
      const started = performance.now();
      try {
        const results = await options.execute(items);
        statements.inc({ kind, outcome: 'ok' });
        return results;
      } catch (error) {
        statements.inc({ kind, outcome: 'error' });
        throw error;
      } finally {
        rows.observe({ kind }, items.length);
        seconds.observe({ kind }, (performance.now() - started) / 1_000);
      }
    },
  });
}
