import { parse } from 'csv-parse/sync';
import { fileError } from './reference-text.ts';

export const separatorNames: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'pipes',
};
const candidates = Object.keys(separatorNames);
/** Seen between columns, though no program writes them unasked. */
const unusual = /[:^~¦§]/;
const sampledRecords = 50;
/** Each line by itself: a file that two programs wrote has two kinds, and what ends its first line is not all there is. */
export const lineBreaks: readonly string[] = ['\r\n', '\n', '\r'];

/** `;`, `tab` or `\t` as it is typed in a shell. */
export function separatorFrom(given: string): string {
  const named: Readonly<Record<string, string>> = {
    ...{ comma: ',', semicolon: ';', tab: '\t', pipe: '|', '\\t': '\t' },
  };
  const separator = Object.hasOwn(named, given) ? (named[given] as string) : given;
  if ([...separator].length === 1 && !/["\r\n]/.test(separator)) return separator;
  throw fileError("is to be cut by --separator at one character, such as ';', or by name: comma, semicolon, tab, pipe");
}

export const shownSeparator = (separator: string): string => (separator === '\t' ? 'tab' : `'${separator}'`);

/**
 * What separates the columns: what is said, or what cuts the first records into equally many. Refuses, naming the likely
 * one, where that is in doubt and where there would be a single column: a file cut at the wrong place is never loaded.
 */
export function separatorOf(text: string, said: string | undefined): string {
  const widths = new Map(candidates.map((separator) => [separator, widthsOf(text, separator)]));
  const others = candidates.filter((separator) => separator !== said && headerWidth(widths.get(separator)) > 1);
  if (said !== undefined) {
    const own = headerWidth(widthsOf(text, said));
    const [likely] = others;
    if (own > 1 || likely === undefined) return said;
    throw fileError(`has one column when cut at ${shownSeparator(said)}; ${looks(likely)}`);
  }
  const even = others.filter((separator) => isEven(widths.get(separator)));
  const possible = even.length > 0 ? even : others;
  const [found, second] = possible;
  if (found !== undefined && second === undefined) return found;
  if (found !== undefined) throw inDoubt(possible, widths);
  const header = text.split(/\r\n|\r|\n/, 1)[0] ?? '';
  const odd = unusual.exec(header)?.[0];
  if (odd !== undefined)
    throw fileError(`has one column; it looks like it is separated by '${odd}': pass --separator '${odd}'`);
  throw fileError("has one column: pass the --separator of its columns, or --separator ',' if one is meant");
}

const looks = (separator: string): string =>
  `it looks like it is separated by ${separatorNames[separator]}: pass --separator ${shownSeparator(separator)}`;

function inDoubt(possible: readonly string[], widths: ReadonlyMap<string, readonly number[]>): Error {
  const each = possible.map((one) => `${separatorNames[one]} (${headerWidth(widths.get(one))} columns)`);
  const [first = ','] = possible;
  return fileError(
    `may be separated by ${each.join(' or ')}: say which, for example --separator ${shownSeparator(first)}`,
  );
}

const headerWidth = (widths: readonly number[] | undefined): number => widths?.[0] ?? 0;
const isEven = (widths: readonly number[] | undefined): boolean =>
  widths?.every((width) => width === widths[0]) === true;

/** Columns of the first records; of the first line alone where quotes make no sense at this separator. */
function widthsOf(text: string, separator: string): readonly number[] {
  const options = {
    ...{ delimiter: separator, record_delimiter: [...lineBreaks] },
    ...{ relax_column_count: true, skip_empty_lines: true, trim: true },
  };
  try {
    return parse(text, { ...options, to: sampledRecords }).map((record) => (record as readonly string[]).length);
  } catch {
    try {
      return parse(text, { ...options, to: 1 }).map((record) => (record as readonly string[]).length);
    } catch {
      return [];
    }
  }
}
