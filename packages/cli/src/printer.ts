import { cut, escapedJson, escapedLine, escapedLines } from '@millrace/text';
import type { OutputConfiguration } from 'commander';
import stringWidth from 'string-width';
import type { CliError } from './cli-error.ts';
import { sizeOf } from './terminal/output.ts';
import { isLong } from './terminal/pager.ts';
import { type At, drawnProgress, noProgress, type Progress, plainProgress } from './terminal/progress.ts';
import type { Terminal } from './terminal/terminal.ts';

/**
 * What a verb says, and the only way to the terminal. With `--json` standard output holds one JSON document and nothing
 * else. What others wrote never steers the terminal: every control character is shown as an escape, in JSON too, where it
 * reads the same.
 */
export interface Printer {
  /** The answer: as JSON, or as `human` words it; page by page where that is long and a person reads it. */
  result<T>(value: T, human: (value: T) => string): void;
  /** Hints; never part of the answer. */
  note(text: string): void;
  /** Something long: a bar where a person looks on, lines now and then where the output is kept, nothing with `--json`. */
  progress(at: At): Progress;
  failure(error: CliError): void;
  /** Nothing follows: takes away what is still drawn. */
  end(): void;
}

export interface PrinterOptions {
  readonly json: boolean;
  readonly paged: boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A person looks at nothing for so long before they are told that something goes on. */
const silenceMs = 1_000;

export function createPrinter({ out, err, pager }: Terminal, { json, paged, now }: PrinterOptions): Printer {
  let shown = noProgress;
  const show = (progress: Progress): Progress => {
    end();
    shown = progress;
    return progress;
  };
  const isWatched = !json && err.isTTY === true;
  const start = now();
  const silence = isWatched
    ? setTimeout(() => show(drawnProgress(err, { at: { what: 'working' }, now, since: start })), silenceMs).unref()
    : undefined;
  const end = (): void => {
    clearTimeout(silence);
    shown.end();
    shown = noProgress;
  };
  const sayErr = (line: string): void => {
    end();
    err.write(`${line}\n`);
  };
  return {
    result: (value, human) => {
      end();
      const text = `${json ? escapedJson(value, 2) : escapedLines(human(value))}\n`;
      const isPaged = !json && paged && out.isTTY === true && isLong(text, out);
      if (!isPaged || pager?.(text) !== true) out.write(text);
    },
    note: (text) => {
      if (!json) sayErr(escapedLines(text));
    },
    progress: (at) => {
      if (json) return noProgress;
      return show(isWatched ? drawnProgress(err, { at, now }) : plainProgress(err, { at, now }));
    },
    failure: ({ code, message }) => {
      sayErr(json ? escapedJson({ code, message }) : escapedLines(`${message} (${code})`));
    },
    end,
  };
}

/** A cell that is longer is nothing to read in a table. */
const longestCell = 500;
const gap = '   ';

/** Rows under a head, as wide as they are: for people, and for `less -S`. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string {
  if (rows.length === 0) return 'nothing';
  const lines = [head, ...rows].map((row) =>
    row.map((cell) => {
      const text = escapedLine(cut(String(cell ?? ''), longestCell, { mark: '…' }));
      return { text, width: stringWidth(text) };
    }),
  );
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.width ?? 0)));
  // The last column is not padded: that would fold a line which fits.
  return lines
    .map((line) => line.map(({ text, width }, column) => text + ' '.repeat((widths[column] ?? width) - width)))
    .map((cells) => cells.join(gap).trimEnd())
    .join('\n');
}

/** Name and value, one a line. */
export function facts(pairs: readonly (readonly [name: string, value: unknown])[]): string {
  const shown = pairs
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => [
      escapedLine(name),
      escapedLine(typeof value === 'string' ? value : JSON.stringify(value)),
    ]);
  const width = Math.max(...pairs.map(([name]) => stringWidth(escapedLine(name))));
  return shown.map(([name = '', value]) => `${name}${' '.repeat(width - stringWidth(name))}  ${value}`).join('\n');
}

/** What the parser of the command line writes: help, and complaints that repeat what was typed. */
export const parserOutput = ({ out, err }: Terminal): OutputConfiguration => ({
  writeOut: (text) => void out.write(escapedLines(text)),
  writeErr: (text) => void err.write(escapedLines(text)),
  getOutHelpWidth: () => sizeOf(out).columns,
  getErrHelpWidth: () => sizeOf(err).columns,
});

/** `2026-11-22 16:24:31` of an ISO time, in UTC. */
export const shortTime = (iso: string | null): string =>
  iso === null ? '' : iso.replace('T', ' ').replace(/\.\d+Z$/, '');
