import { type ReferenceRow, topics } from '@millrace/contracts';
import { FlowError } from '@millrace/flows';
import { lookupKey, parseReferenceFile, referenceKey } from '@millrace/flows/reference';
import type { Broker, Serde } from '@millrace/messaging';
import type { Prepared } from '@millrace/operator-api/server';
import { destinations, fitValue } from '@millrace/text';
import { OperatorError } from './errors.ts';
import type { Publisher } from './publisher.ts';
import { readReferenceRows, type StoredRow } from './reference-rows.ts';

export interface ReferenceLoad {
  readonly table: string;
  /** Rows in the file. */
  readonly rows: number;
  /** Rows written to the topic. */
  readonly loaded: number;
  /** Where it is not a comma: what the file was cut at. */
  readonly separator?: string;
  /** Where it is not UTF-8: what the file was read as. */
  readonly encoding?: string;
  /** Of a replacement: rows of the table that are not in the file, the first of their keys, and how many were removed. */
  readonly removes?: number;
  readonly sample?: readonly string[];
  readonly removed?: number;
}

export interface ReferenceLoadRequest {
  readonly file: Uint8Array;
  readonly table: string;
  readonly keyColumn?: string | undefined;
  readonly separator?: string | undefined;
  readonly encoding?: string | undefined;
  /** Rows of the table that are not in the file go. */
  readonly replace: boolean;
  /** Only says what would be done. */
  readonly planOnly: boolean;
}

export interface ReferenceDeletion {
  readonly table: string;
  /** Rows that there are under the keys. */
  readonly planned: number;
  readonly deleted: number;
  /** Keys that no row has. */
  readonly missing: readonly string[];
}

export interface ReferenceParts {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly publisher: Publisher;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const inFlight = 500;
const sampleSize = 10;

/**
 * Writes each row of a CSV file to the compacted topic of reference rows, where its key's newest counts. The whole file is
 * checked first: a file with a problem changes nothing. A replacement removes, after that, what the file does not have.
 */
export async function prepareLoad(
  request: ReferenceLoadRequest,
  parts: ReferenceParts,
): Promise<Prepared<ReferenceLoad>> {
  const { table, replace, planOnly } = request;
  const { rows, separator, encoding } = readFile(request, parts.now());
  const kept = new Set(rows.map(({ key }) => key));
  const stored = replace ? await rowsOf(table, parts) : [];
  const gone = stored.filter(({ key }) => !kept.has(lookupKey(key)));
  const plan = {
    ...{ table, rows: rows.length, loaded: 0 },
    ...(separator === ',' ? {} : { separator }),
    ...(encoding === 'utf-8' ? {} : { encoding }),
    ...(replace ? { removes: countOf(gone), sample: sampleOf(gone), removed: 0 } : {}),
  };
  if (planOnly) return onlyPlanned(table, plan);
  const act = async (): Promise<ReferenceLoad> => {
    await inPortions(rows, (row) => parts.publisher.publish(topics.referenceRows, referenceKey(table, row.key), row));
    // After the rows, so that no lookup between misses what is in both. Also what the file has under another spelling.
    const old = stored.filter(({ key }) => !kept.has(key));
    await remove(table, old, parts);
    return { ...plan, loaded: rows.length, ...(replace ? { removed: countOf(gone) } : {}) };
  };
  const detail = { rows: rows.length, ...(replace ? { replace, removes: countOf(gone) } : {}) };
  return { target: table, detail, act };
}

const onlyPlanned = <P>(table: string, plan: P): Prepared<P> => ({
  ...{ target: table, isPlan: true, status: 200 },
  act: async () => plan,
});

/** Removes the rows that a lookup by these keys would find. */
export async function prepareDeletion(
  { table, keys, planOnly }: { readonly table: string; readonly keys: readonly string[]; readonly planOnly: boolean },
  parts: ReferenceParts,
): Promise<Prepared<ReferenceDeletion>> {
  const asked = new Map(keys.map((key) => [lookupKey(key), key]));
  const found = (await rowsOf(table, parts)).filter(({ key }) => asked.has(lookupKey(key)));
  const there = new Set(found.map(({ key }) => lookupKey(key)));
  const missing = [...asked].filter(([key]) => !there.has(key)).map(([, key]) => key);
  const plan = { table, planned: there.size, deleted: 0, missing };
  if (planOnly || found.length === 0) return onlyPlanned(table, plan);
  const act = async (): Promise<ReferenceDeletion> => {
    await remove(table, found, parts);
    return { ...plan, deleted: there.size };
  };
  return { target: table, detail: { keys: [...there] }, act };
}

export interface ReferenceTable {
  readonly table: string;
  readonly rows: number;
  /** ISO 8601, of the row that was loaded last. */
  readonly loadedAt: string | null;
}

type ReadParts = Pick<ReferenceParts, 'broker' | 'serde' | 'signal'>;

export async function listReferenceTables(parts: ReadParts): Promise<readonly ReferenceTable[]> {
  const tables = Map.groupBy(await readReferenceRows(parts), ({ table }) => table);
  return [...tables]
    .map(([table, rows]) => ({ table, rows: countOf(rows), loadedAt: isoTime(Math.max(...rows.map(loadedAtOf))) }))
    .toSorted((one, other) => one.table.localeCompare(other.table));
}

export interface ReferenceRowView {
  readonly key: string;
  /** Null where the row does not decode. */
  readonly attributes: Readonly<Record<string, string>> | null;
  readonly loadedAt: string | null;
}

export interface ReferenceRowPage {
  readonly table: string;
  readonly rows: number;
  readonly items: readonly ReferenceRowView[];
  /** To go on from; null at the end. */
  readonly next: string | null;
}

/** Rows of a table by key, as lookups find them. */
export async function listReferenceRows(
  { table, limit, after }: { readonly table: string; readonly limit: number; readonly after?: string | undefined },
  parts: ReadParts,
): Promise<ReferenceRowPage> {
  const rows = newestOf(await rowsOf(table, parts));
  const items = rows.filter(({ key }) => after === undefined || key > after).slice(0, limit);
  const last = items.at(-1)?.key;
  const next = last === undefined || last === rows.at(-1)?.key ? null : last;
  return { table, rows: rows.length, items, next };
}

export async function showReferenceRow(
  { table, key }: { readonly table: string; readonly key: string },
  parts: ReadParts,
): Promise<ReferenceRowView & { readonly table: string }> {
  const asked = lookupKey(key);
  const found = newestOf(await rowsOf(table, parts)).find((row) => row.key === asked);
  if (found === undefined) throw new OperatorError('X_REFERENCE_UNKNOWN', 404);
  return { table, ...found };
}

function readFile(
  { file, table, keyColumn, separator, encoding }: ReferenceLoadRequest,
  loadedAt: number,
): ReturnType<typeof parseReferenceFile> {
  try {
    const read = parseReferenceFile(file, { table, keyColumn, separator, encoding, loadedAt });
    // As lookups ask for them, and every table holds them.
    return { ...read, rows: fitValue(read.rows, destinations.postgres) as readonly ReferenceRow[] };
  } catch (error) {
    if (error instanceof FlowError && error.code === 'X_FLOWS_REFERENCE_FILE')
      throw new OperatorError('X_REFERENCE_CSV', 422, error.message);
    throw error;
  }
}

const rowsOf = async (table: string, parts: ReadParts): Promise<readonly StoredRow[]> =>
  (await readReferenceRows(parts)).filter((row) => row.table === table);

const loadedAtOf = ({ row }: StoredRow): number => row?.loadedAt ?? 0;
const isoTime = (at: number): string | null => (at > 0 && at <= 8.64e15 ? new Date(at).toISOString() : null);
const countOf = (rows: readonly StoredRow[]): number => new Set(rows.map(({ key }) => lookupKey(key))).size;
const sampleOf = (rows: readonly StoredRow[]): readonly string[] =>
  [...new Set(rows.map(({ key }) => lookupKey(key)))].toSorted().slice(0, sampleSize);

/** Rows that were written before keys were compared so may stand under two spellings: the one loaded last counts. */
function newestOf(rows: readonly StoredRow[]): readonly ReferenceRowView[] {
  const newest = new Map<string, StoredRow>();
  for (const row of rows) {
    const key = lookupKey(row.key);
    const other = newest.get(key);
    if (other === undefined || loadedAtOf(other) < loadedAtOf(row)) newest.set(key, row);
  }
  return [...newest]
    .map(([key, { row }]) => ({ key, attributes: row?.attributes ?? null, loadedAt: isoTime(row?.loadedAt ?? 0) }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

const remove = (table: string, rows: readonly StoredRow[], { publisher }: ReferenceParts): Promise<void> =>
  inPortions(rows, ({ key }) => publisher.remove(topics.referenceRows, referenceKey(table, key)));

async function inPortions<T>(items: readonly T[], write: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += inFlight)
    await Promise.all(items.slice(from, from + inFlight).map(write));
}
