import type { ReferenceRow } from '@millrace/contracts';
import { CsvError, parse } from 'csv-parse/sync';
import { OperatorError } from './errors.ts';

export interface ReferenceFileOptions {
  readonly table: string;
  /** Column that rows are looked up by; the first when absent. */
  readonly keyColumn?: string | undefined;
  /** Epoch milliseconds, stamped on every row. */
  readonly loadedAt: number;
}

const shownProblems = 20;

/** Rows of a CSV file with a header line. A file with any problem is refused as a whole, with all of them and their lines. */
export function parseReferenceFile(
  csv: string,
  { table, keyColumn, loadedAt }: ReferenceFileOptions,
): readonly ReferenceRow[] {
  const [header, ...lines] = readCsv(csv);
  if (header === undefined) throw refused('is empty: its first line names the columns');
  const columns = header.cells;
  const twice = columns.find((name, at) => name === '' || columns.indexOf(name) < at);
  if (twice !== undefined) throw refused(twice === '' ? 'has a column without a name' : `has two columns ${twice}`);
  const keyAt = keyColumn === undefined ? 0 : columns.indexOf(keyColumn);
  if (keyAt === -1) throw refused(`has no column ${keyColumn}; it has ${columns.join(', ')}`);
  const problems = problemsOf(lines, columns, keyAt);
  if (problems.length > 0) {
    const more = problems.length - shownProblems;
    throw refused(`${problems.slice(0, shownProblems).join('; ')}${more > 0 ? `; and ${more} more` : ''}`);
  }
  return lines.map(({ cells }) => ({
    table,
    key: cells[keyAt] as string,
    attributes: Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ''])),
    loadedAt,
  }));
}

interface Line {
  readonly number: number;
  readonly cells: readonly string[];
}

function problemsOf(lines: readonly Line[], columns: readonly string[], keyAt: number): readonly string[] {
  const lineOf = new Map<string, number>();
  return lines.flatMap(({ number, cells }) => {
    const key = cells[keyAt] ?? '';
    const before = lineOf.get(key);
    lineOf.set(key, number);
    if (cells.length !== columns.length)
      return [`line ${number} has ${cells.length} columns, the header ${columns.length}`];
    if (key === '') return [`line ${number} has no ${columns[keyAt]}`];
    return before === undefined ? [] : [`line ${number} has the ${columns[keyAt]} of line ${before}`];
  });
}

function readCsv(csv: string): readonly Line[] {
  try {
    const found = parse(csv, { bom: true, info: true, trim: true, relax_column_count: true, skip_empty_lines: true });
    return (found as unknown as readonly { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      number: info.lines,
      cells: record,
    }));
  } catch (error) {
    if (error instanceof CsvError) throw refused(`is not CSV: ${error.message}`);
    throw error;
  }
}

const refused = (what: string): OperatorError => new OperatorError('X_REFERENCE_CSV', 422, `the file ${what}`);
