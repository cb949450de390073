import type { Readable } from 'node:stream';
import { topics } from '@millrace/contracts';
import { CsvError, parse } from 'csv-parse';
import { OperatorError } from './errors.ts';
import type { Publisher } from './publisher.ts';

export interface ReferenceLoad {
  readonly table: string;
  readonly keyColumn: string;
  readonly rows: number;
}

const inFlight = 500;
const maxRowBytes = 64 * 1_024;

/**
 * Reads CSV with a header row and writes each row to the compacted topic of reference rows, where its key's newest counts.
 * The key column is the one named, else the first. Nothing is deleted: a row leaves by its tombstone.
 */
export async function loadReference(
  csv: Readable,
  {
    table,
    key,
    publisher,
    now,
    dryRun,
  }: { table: string; key: string | undefined; publisher: Publisher; now: () => number; dryRun: boolean },
  signal: AbortSignal,
): Promise<ReferenceLoad> {
  const parser = csv.pipe(
    parse({ columns: true, bom: true, trim: true, skip_empty_lines: true, max_record_size: maxRowBytes }),
  );
  csv.once('error', (error) => parser.destroy(error));
  const loadedAt = now();
  let keyColumn = key;
  let rows = 0;
  let writing: Promise<void>[] = [];
  try {
    for await (const attributes of parser as AsyncIterable<Record<string, string>>) {
      signal.throwIfAborted();
      keyColumn ??= Object.keys(attributes)[0] ?? '';
      const value = attributes[keyColumn];
      if (value === undefined)
        throw invalid(`there is no column ${keyColumn}; the columns are ${Object.keys(attributes).join(', ')}`);
      if (value === '') throw invalid(`row ${rows + 1} has no ${keyColumn}`);
      rows += 1;
      if (dryRun) continue;
      writing.push(
        publisher.publish(topics.referenceRows, `${table}/${value}`, { table, key: value, attributes, loadedAt }),
      );
      if (writing.length < inFlight) continue;
      await Promise.all(writing);
      writing = [];
    }
    await Promise.all(writing);
  } catch (error) {
    await Promise.allSettled(writing);
    if (error instanceof CsvError) throw invalid(error.message);
    throw error;
  }
  if (keyColumn === undefined) throw invalid('there is no row');
  return { table, keyColumn, rows };
}

const invalid = (message: string): OperatorError => new OperatorError('X_REFERENCE_CSV', 422, message);
