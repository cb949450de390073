import { clearLine, cursorTo } from 'node:readline';
import { cut, escapedLine } from '@millrace/text';
import { type Output, sizeOf } from './output.ts';

/** How far something long is. Without a total it only goes on. */
export interface At {
  /** Completes “120 of 300 …”: `sent`. */
  readonly what: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: 'bytes' | undefined;
}

export interface Progress {
  update(at: At): void;
  /** What is drawn disappears; twice does no harm. */
  end(): void;
}

interface ProgressOptions {
  readonly at: At;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** When it began; now when absent. */
  readonly since?: number;
}

const redrawMs = 200;
const plainEveryMs = 5_000;
const barWidth = { least: 10, most: 40 } as const;

/** One line that is drawn again and again: for people. */
export function drawnProgress(err: Output, { at: first, now, since = now() }: ProgressOptions): Progress {
  let phase = { at: first, since };
  let drawnAt = since;
  const draw = (): void => {
    drawnAt = now();
    cursorTo(err, 0);
    err.write(lineOf(phase.at, { elapsedMs: now() - phase.since, columns: sizeOf(err).columns }));
    clearLine(err, 1);
  };
  const timer = setInterval(draw, redrawMs).unref();
  draw();
  return {
    update: (at) => {
      const isNew = at.what !== phase.at.what;
      phase = { at, since: isNew ? now() : phase.since };
      if (isNew || isOver(at) || now() - drawnAt >= redrawMs) draw();
    },
    end: () => {
      clearInterval(timer);
      cursorTo(err, 0);
      clearLine(err, 0);
    },
  };
}

/** A line when a phase is over, and every five seconds until then: for logs. */
export function plainProgress(err: Output, { at: first, now }: ProgressOptions): Progress {
  let told = { line: '', at: now(), what: first.what };
  return {
    update: (at) => {
      const line = countOf(at);
      if (at.what !== told.what) told = { ...told, at: now(), what: at.what };
      const isDue = now() - told.at >= plainEveryMs || isOver(at);
      if (line === undefined || line === told.line || !isDue) return;
      told = { ...told, line, at: now() };
      err.write(`${escapedLine(line)}\n`);
    },
    end: () => {},
  };
}

const isOver = ({ done, total }: At): boolean => total !== undefined && done === total;

/** Nobody looks. */
export const noProgress: Progress = { update: () => {}, end: () => {} };

/** A bar with its count and what is left of the time, no wider than the terminal; seconds where there is no count. */
export function lineOf(
  at: At,
  { elapsedMs, columns }: { readonly elapsedMs: number; readonly columns: number },
): string {
  const { done = 0, total } = at;
  const count = countOf(at);
  if (count === undefined || total === undefined)
    return within(`${at.what} ${spinner(elapsedMs)} ${Math.floor(elapsedMs / 1_000)} s`, columns);
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const isPaced = elapsedMs >= 1_000 && done > 0 && done < total;
  const leftMs = isPaced ? (elapsedMs / done) * (total - done) : undefined;
  const told = ` ${String(Math.floor(share * 100)).padStart(3)} %  ${count}${leftMs === undefined ? '' : `, ${seconds(leftMs)} left`}`;
  const width = Math.max(barWidth.least, Math.min(barWidth.most, columns - told.length - 3));
  const filled = Math.floor(share * width);
  return within(`[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]${told}`, columns);
}

function countOf({ what, done = 0, total, unit }: At): string | undefined {
  if (total === undefined) return undefined;
  const told = unit === 'bytes' ? bytesOf : String;
  return `${what} ${told(done)} of ${told(total)}`;
}

const bytesOf = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

const seconds = (ms: number): string => `${Math.ceil(ms / 1_000)} s`;

const spinner = (elapsedMs: number): string => '|/-\\'.charAt(Math.floor(elapsedMs / redrawMs) % 4);

/** The last column stays free, or some terminals break the line. */
const within = (text: string, columns: number): string =>
  cut(escapedLine(text), Math.max(1, columns - 1), { mark: '…' });
