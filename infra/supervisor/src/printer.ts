import type { WriteStream } from 'node:tty';
import { cut, escapedLine, escapedLines } from '@millrace/text';
import colors from 'picocolors';

/** What the terminal shows: a line for each part while it comes up, then one live line. What others wrote is shown escaped. */
export interface Printer {
  /** A passing state of a part; on a terminal each replaces the one before, elsewhere only the first of a kind is kept. */
  progress(part: string, message: string): void;
  /** A part is up. */
  ready(part: string, detail: string): void;
  /** A sentence that stays. */
  say(message: string): void;
  /** The line at the bottom; replaced in place on a terminal, repeated now and then elsewhere. */
  live(text: string): void;
  end(): void;
}

export const createPrinter = (
  out: Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>,
): Printer => {
  const terminal = out.isTTY === true;
  let transient = false;
  const clear = (): void => {
    if (transient) out.write('\r\x1b[2K');
    transient = false;
  };
  const line = (text: string): void => {
    clear();
    out.write(`${text}\n`);
  };
  const passing = (text: string): void => {
    clear();
    out.write(cut(text, Math.max(20, (out.columns ?? 120) - 1)));
    transient = true;
  };
  return {
    progress: (part, message) => {
      const text = `  ${part.padEnd(16)} ${escapedLine(message)}`;
      if (terminal) passing(text);
      else line(text);
    },
    ready: (part, detail) => line(`${terminal ? colors.green('✓') : '✓'} ${part.padEnd(16)} ${escapedLine(detail)}`),
    say: (message) => line(escapedLines(message)),
    live: (text) => {
      const shown = escapedLine(text);
      if (terminal) passing(shown);
      else line(shown);
    },
    end: clear,
  };
};
