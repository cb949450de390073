import Table from 'cli-table3';
import type { CliError } from './cli-error.ts';

/** The only place that writes to the terminal. With `--json` standard output holds one JSON document and nothing else. */
export interface Printer {
  /** The answer: as JSON, or as `human` words it. */
  result<T>(value: T, human: (value: T) => string): void;
  /** Progress and hints; never part of the answer. */
  note(text: string): void;
  failure(error: CliError): void;
}

export function createPrinter({ json }: { readonly json: boolean }): Printer {
  return {
    result: (value, human) => {
      console.log(json ? JSON.stringify(value, null, 2) : human(value));
    },
    note: (text) => {
      if (!json) console.error(text);
    },
    failure: ({ code, message }) => {
      console.error(json ? JSON.stringify({ code, message }) : `${message} (${code})`);
    },
  };
}

/** Rows under a head, as wide as they are: for people, and for `less -S`. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string {
  if (rows.length === 0) return 'nothing';
  const drawn = new Table({ head: [...head], style: { head: [], border: [], 'padding-left': 0 }, chars: quiet });
  for (const row of rows) drawn.push(row.map((cell) => safe(String(cell ?? ''))));
  return drawn.toString();
}

/** Name and value, one a line. */
export function facts(pairs: readonly (readonly [name: string, value: unknown])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${name.padEnd(width)}  ${safe(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join('\n');
}

/** What others wrote must not steer the terminal: control characters, save tab and line feed, are shown as unknown. */
export const safe = (text: string): string => text.replaceAll(/(?![\t\n])\p{Cc}/gu, '\uFFFD');

/** `2026-11-22 16:24:31` of an ISO time, in UTC. */
export const shortTime = (iso: string | null): string =>
  iso === null ? '' : iso.replace('T', ' ').replace(/\.\d+Z$/, '');

const quiet = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};
