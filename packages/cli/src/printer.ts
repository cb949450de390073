import { cut, escapedJson, escapedLine, escapedLines } from '@millrace/text';
import Table from 'cli-table3';
import type { OutputConfiguration } from 'commander';
import type { CliError } from './cli-error.ts';

/**
 * The only place that writes to the terminal. With `--json` standard output holds one JSON document and nothing else. What
 * others wrote never steers the terminal: every control character is shown as an escape, in JSON too, where it reads the same.
 */
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
      console.log(json ? escapedJson(value, 2) : escapedLines(human(value)));
    },
    note: (text) => {
      if (!json) console.error(escapedLines(text));
    },
    failure: ({ code, message }) => {
      console.error(json ? escapedJson({ code, message }) : escapedLines(`${message} (${code})`));
    },
  };
}

/** A cell that is longer is nothing to read in a table; and the library measures wide letters again and again as it pads. */
const longestCell = 500;

/** Rows under a head, as wide as they are: for people, and for `less -S`. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string {
  if (rows.length === 0) return 'nothing';
  const drawn = new Table({ head: [...head], style: { head: [], border: [], 'padding-left': 0 }, chars: quiet });
  for (const row of rows)
    drawn.push(row.map((cell) => escapedLine(cut(String(cell ?? ''), longestCell, { mark: '…' }))));
  return drawn.toString();
}

/** Name and value, one a line. */
export function facts(pairs: readonly (readonly [name: string, value: unknown])[]): string {
  const shown = pairs
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => [
      escapedLine(name),
      escapedLine(typeof value === 'string' ? value : JSON.stringify(value)),
    ]);
  const width = Math.max(...pairs.map(([name]) => escapedLine(name).length));
  return shown.map(([name = '', value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** What the parser of the command line writes: help, and complaints that repeat what was typed. */
export const parserOutput: OutputConfiguration = {
  writeOut: (text) => void process.stdout.write(escapedLines(text)),
  writeErr: (text) => void process.stderr.write(escapedLines(text)),
};

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
