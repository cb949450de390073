import type { ReferenceRow } from '@millrace/contracts';
import { parse } from 'csv-parse/sync';
import { FlowError } from './problems.ts';

export { lookupKey, partsOfReferenceKey, referenceKey } from './reference-key.ts';

export interface ReferenceFileOptions {
  readonly table: string;
  /** Column that rows are looked up by; the first when absent. */
  readonly keyColumn?: string;
  /** Epoch milliseconds, stamped on every row. */
  readonly loadedAt: number;
}

const lineLimit = 20;

/**
 * Rows of a reference table from CSV with a header line (RFC 4180, a byte order mark is fine).
 * Throws one `FlowError` that names every line without a key, with a key already used, or with too many columns.
 */
export function parseReferenceFile(
  csv: string,
  { table, keyColumn, loadedAt }: ReferenceFileOptions,
): readonly ReferenceRow[] {
  const [header, ...records] = readCsv(csv);
  if (!header) throw fileError('is empty: the first line names the columns');
  const columns = header.cells.map((name) => name.trim());
  const key = keyColumn === undefined ? 0 : columns.indexOf(keyColumn);
  const repeated = columns.find((name, at) => name === '' || columns.indexOf(name) < at);
  if (repeated !== undefined)
    throw fileError(repeated === '' ? 'has a column without a name' : `has two columns called ${repeated}`);
  if (key === -1) throw fileError(`has no column ${keyColumn}; it has ${columns.join(', ')}`);

  const seen = new Map<string, number>();
  const problems: string[] = [];
  const rows = records.map(({ cells, line }) => {
    const value = cells[key]?.trim() ?? '';
    if (value === '') problems.push(`line ${line} has no ${columns[key]}`);
    else if (seen.has(value)) problems.push(`line ${line} has the same ${columns[key]} as line ${seen.get(value)}`);
    if (cells.length > columns.length)
      problems.push(`line ${line} has ${cells.length} columns, the header has ${columns.length}`);
    seen.set(value, line);
    return {
      table,
      key: value,
      attributes: Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ''])),
      loadedAt,
    };
  });
  if (problems.length > 0)
    throw fileError(
      [
        ...problems.slice(0, lineLimit),
        ...(problems.length > lineLimit ? [`and ${problems.length - lineLimit} more`] : []),
      ].join('; '),
    );
  return rows;
}

interface Line {
  readonly cells: readonly string[];
  readonly line: number;
}

function readCsv(csv: string): readonly Line[] {
  try {
    const records = parse(csv, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (cause) {
    const { code, lines } = cause as { readonly code?: string; readonly lines?: number };
    throw new FlowError(
      'X_FLOWS_REFERENCE_FILE',
      `the reference file is not CSV: ${code ?? 'unknown'}${lines === undefined ? '' : ` at line ${lines}`}`,
      { cause },
    );
  }
}

const fileError = (message: string): FlowError =>
  new FlowError('X_FLOWS_REFERENCE_FILE', `the reference file: ${message}`);
