import { topics } from '@millrace/contracts';
import { destinations, fitValue } from '@millrace/text';
import type { Publisher } from './publisher.ts';
import { parseReferenceFile } from './reference-file.ts';

export interface ReferenceLoad {
  readonly table: string;
  /** Rows in the file. */
  readonly rows: number;
  /** Rows written to the topic. */
  readonly loaded: number;
}

export interface ReferenceLoadRequest {
  readonly csv: string;
  readonly table: string;
  readonly keyColumn?: string | undefined;
  /** Only says what would be loaded. */
  readonly planOnly: boolean;
}

const inFlight = 500;

/**
 * Writes each row of a CSV file to the compacted topic of reference rows, where its key's newest counts. The whole file is
 * checked first: a file with a problem changes nothing. Nothing is deleted: a row leaves by its tombstone.
 */
export async function loadReference(
  { csv, table, keyColumn, planOnly }: ReferenceLoadRequest,
  { publisher, now }: { readonly publisher: Publisher; readonly now: () => number },
): Promise<ReferenceLoad> {
  // As lookups ask for them, and every table holds them.
  const rows = fitValue(parseReferenceFile(csv, { table, keyColumn, loadedAt: now() }), destinations.postgres);
  if (planOnly) return { table, rows: rows.length, loaded: 0 };
  for (let from = 0; from < rows.length; from += inFlight) {
    const part = rows.slice(from, from + inFlight);
    await Promise.all(part.map((row) => publisher.publish(topics.referenceRows, `${table}/${row.key}`, row)));
  }
  return { table, rows: rows.length, loaded: rows.length };
}
