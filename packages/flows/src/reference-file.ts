import type { ReferenceRow } from '@millrace/contracts';
import { CsvError, parse } from 'csv-parse/sync';
import { lookupKey } from './reference-key.ts';
import { lineBreaks, separatorFrom, separatorOf, shownSeparator } from './reference-separator.ts';
import { decodeFile, fileError } from './reference-text.ts';

export { lookupKey, partsOfReferenceKey, referenceKey } from './reference-key.ts';

export interface ReferenceFileOptions {
  readonly table: string;
  /** Column that rows are looked up by; the first when absent. */
  readonly keyColumn?: string | undefined;
  /** Between columns; found out when absent. */
  readonly separator?: string | undefined;
  /** Of the bytes; UTF-8, or what the byte order mark says, when absent. */
  readonly encoding?: string | undefined;
  /** Epoch milliseconds, stamped on every row. */
  readonly loadedAt: number;
}

export interface ReferenceFile {
  readonly rows: readonly ReferenceRow[];
  readonly separator: string;
  readonly encoding: string;
}

const shownProblems = 20;
/** A row is copied into every record that it matches, and has to leave room for the record. */
const mostRowBytes = 256_000;

/**
 * Rows of a reference table from CSV with a header line (RFC 4180; Excel's `sep=;` line and its separators too). A file with
 * any problem is refused as a whole, with all of them and their lines; a message names columns and lines, never a value.
 */
export function parseReferenceFile(file: Uint8Array | string, options: ReferenceFileOptions): ReferenceFile {
  const { table, keyColumn, loadedAt } = options;
  const { text, encoding } = decodeFile(typeof file === 'string' ? Buffer.from(file) : file, options.encoding);
  const { body, said, line } = withoutSeparatorLine(text);
  if (body.trim() === '') throw fileError('is empty: its first line names the columns');
  const given = options.separator === undefined ? said : separatorFrom(options.separator);
  const separator = separatorOf(body, given);
  const [header, ...lines] = readCsv(body, separator, line);
  const columns = header?.cells ?? [];
  const keyAt = checkColumns(columns, keyColumn, separator);
  if (lines.length === 0) throw fileError('has a header and no rows');
  const problems = problemsOf(lines, columns, keyAt);
  if (problems.length > 0) {
    const more = problems.length - shownProblems;
    throw fileError(`${problems.slice(0, shownProblems).join('; ')}${more > 0 ? `; and ${more} more` : ''}`);
  }
  const rows = lines.map(({ cells }) => ({
    table,
    key: lookupKey(cells[keyAt] as string),
    attributes: Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ''])),
    loadedAt,
  }));
  return { rows, separator, encoding };
}

/** Excel says in a first line of its own what the others are cut at. */
function withoutSeparatorLine(text: string): { readonly body: string; readonly said?: string; readonly line: number } {
  // A spreadsheet that wrote the file again fills that line up with empty cells.
  const [whole, said] = /^"?sep=(.)"?[,;|\t ]*(?:\r\n|\r|\n|$)/i.exec(text) ?? [];
  return whole === undefined || said === undefined
    ? { body: text, line: 0 }
    : { body: text.slice(whole.length), said, line: 1 };
}

function checkColumns(columns: readonly string[], keyColumn: string | undefined, separator: string): number {
  if (columns.some((name) => name.includes('\0'))) throw fileError('has a NUL character in the name of a column');
  const unnamed = columns.indexOf('');
  if (unnamed !== -1) throw fileError(`has a column without a name: the ${unnamed + 1}. of ${columns.length}`);
  const seen = new Set<string>();
  const twice = columns.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw fileError(`has two columns ${twice}`);
  const keyAt = keyColumn === undefined ? 0 : columns.indexOf(keyColumn);
  if (keyAt === -1)
    throw fileError(`has no column ${keyColumn}; it has ${columns.join(', ')} (cut at ${shownSeparator(separator)})`);
  return keyAt;
}

interface Line {
  /** Where the record begins, from 1. */
  readonly number: number;
  readonly cells: readonly string[];
}

function problemsOf(lines: readonly Line[], columns: readonly string[], keyAt: number): readonly string[] {
  const lineOf = new Map<string, number>();
  return lines.flatMap(({ number, cells }) => {
    const key = lookupKey(cells[keyAt] ?? '');
    const before = lineOf.get(key);
    lineOf.set(key, number);
    if (cells.length !== columns.length)
      return [
        `line ${number} has ${cells.length} ${cells.length === 1 ? 'column' : 'columns'}, the header ${columns.length}`,
      ];
    if (cells.some((cell) => cell.includes('\0'))) return [`line ${number} has a NUL character in it`];
    const bytes = cells.reduce((sum, cell) => sum + Buffer.byteLength(cell), 0);
    if (bytes > mostRowBytes)
      return [
        `line ${number} is larger than ${mostRowBytes / 1000} KB, too large for the records that it is copied into`,
      ];
    if (key === '') return [`line ${number} has no ${columns[keyAt]}`];
    return before === undefined ? [] : [`line ${number} has the ${columns[keyAt]} of line ${before}`];
  });
}

function readCsv(text: string, separator: string, linesBefore: number): readonly Line[] {
  try {
    const found = parse(text, {
      ...{ delimiter: separator, record_delimiter: [...lineBreaks], info: true },
      ...{ trim: true, relax_column_count: true, skip_empty_lines: true },
    });
    // The parser counts a Windows line end inside of a cell twice.
    let countedTwice = 0;
    return (found as unknown as readonly { record: string[]; info: { lines: number } }[]).map(({ record, info }) => {
      countedTwice += countIn(record, /\r\n/g);
      // A record is counted at its end; people look for its beginning.
      return { number: linesBefore + info.lines - countedTwice - countIn(record, /\r\n|\r|\n/g), cells: record };
    });
  } catch (error) {
    if (error instanceof CsvError) throw fileError(`is not CSV: ${csvProblem(error, linesBefore)}`);
    throw error;
  }
}

const countIn = (cells: readonly string[], found: RegExp): number =>
  cells.reduce((sum, cell) => sum + (cell.match(found)?.length ?? 0), 0);

/** Its own words quote the file. */
function csvProblem({ code, ...where }: CsvError, linesBefore: number): string {
  const { lines } = where as { readonly lines?: number };
  const at = lines === undefined ? '' : ` (line ${lines + linesBefore})`;
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `a quoted field is never closed${at}`;
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
      return `something other than a separator follows a closing quote${at}; a quote inside a quoted field is written twice`;
    case 'INVALID_OPENING_QUOTE':
      return `a quote stands inside a field that is not quoted${at}`;
    default:
      return `${code}${at}`;
  }
}
