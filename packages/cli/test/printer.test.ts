import { describe, expect, it } from '@jest/globals';
import { CliError } from '../src/index.ts';
import { createPrinter, type PrinterOptions, table } from '../src/printer.ts';
import { recordedOutput } from './terminal/recorded-output.ts';

const screen = { columns: 40, rows: 5 };
const long = 'row\n'.repeat(50);
const now = () => 0;

/** What a result becomes: what was written to each stream, and what was paged. */
function resultOf(text: string, size: typeof screen | undefined, options: Partial<PrinterOptions> = {}) {
  const [out, err] = [recordedOutput(size), recordedOutput(size)];
  const paged: string[] = [];
  const pager = (shown: string): boolean => paged.push(shown) > 0;
  const print = createPrinter({ out, err, pager }, { json: false, paged: true, now, ...options });
  print.result({ text }, (value) => value.text);
  print.end();
  return { out: out.text(), paged };
}

describe('an answer', () => {
  it('is paged where a person reads it and it is long', () => {
    expect(resultOf(long, screen)).toEqual({ out: '', paged: [`${long}\n`] });
  });

  it('is not paged where it is short, in a pipe, with --no-pager or with --json', () => {
    expect(resultOf('row', screen)).toEqual({ out: 'row\n', paged: [] });
    expect(resultOf(long, undefined)).toEqual({ out: `${long}\n`, paged: [] });
    expect(resultOf(long, screen, { paged: false })).toEqual({ out: `${long}\n`, paged: [] });
    const { out, paged } = resultOf(long, screen, { json: true });
    expect([JSON.parse(out), paged]).toEqual([{ text: long }, []]);
  });

  it('is written as it is where there is no pager, or it cannot be started', () => {
    for (const pager of [undefined, () => false]) {
      const out = recordedOutput(screen);
      const print = createPrinter({ out, err: recordedOutput(), pager }, { json: false, paged: true, now });
      print.result(long, (text) => text);
      expect(out.text()).toBe(`${long}\n`);
    }
  });

  it('reaches the pager with every control character as an escape', () => {
    expect(resultOf(`${String.fromCharCode(27)}[2J${long}`, screen).paged[0]).toContain('\\u001b[2Jrow');
  });
});

describe('progress', () => {
  const progressOf = (size: typeof screen | undefined, options: Partial<PrinterOptions> = {}) => {
    const [out, err] = [recordedOutput(), recordedOutput(size)];
    const print = createPrinter({ out, err }, { json: false, paged: true, now, ...options });
    const progress = print.progress({ what: 'sent' });
    progress.update({ what: 'sent', done: 2, total: 2 });
    print.result('done', (text) => text);
    print.end();
    return { out: out.text(), err: err.text() };
  };

  it('is a bar on a terminal, and gone before the answer comes', () => {
    const { out, err } = progressOf({ columns: 60, rows: 5 });
    expect(err).toContain('[####');
    expect(err.endsWith(`${String.fromCharCode(27)}[2K`)).toBe(true);
    expect(out).toBe('done\n');
  });

  it('is plain lines in a pipe, apart from the answer', () => {
    expect(progressOf(undefined)).toEqual({ out: 'done\n', err: 'sent 2 of 2\n' });
  });

  it('is nothing with --json', () => {
    expect(progressOf(screen, { json: true })).toEqual({ out: '"done"\n', err: '' });
    expect(progressOf(undefined, { json: true })).toEqual({ out: '"done"\n', err: '' });
  });
});

describe('a failure', () => {
  it('is one line on the other stream: a sentence with its code, or JSON', () => {
    const failed = (json: boolean): string => {
      const err = recordedOutput();
      createPrinter({ out: recordedOutput(), err }, { json, paged: true, now }).failure(
        new CliError('X_CLI_USAGE', `there is no ${String.fromCharCode(7)}`),
      );
      return err.text();
    };
    expect(failed(false)).toBe('there is no \\u0007 (X_CLI_USAGE)\n');
    expect(JSON.parse(failed(true))).toEqual({ code: 'X_CLI_USAGE', message: 'there is no \u0007' });
  });
});

describe('a table', () => {
  it('has its columns below each other, wide letters too, and no blanks at the end of a line', () => {
    const rows = [
      ['plain', 1, null],
      ['你好', 22, 'last'],
    ];
    expect(table(['name', 'n', 'note'], rows).split('\n')).toEqual([
      'name    n    note',
      'plain   1',
      '你好    22   last',
    ]);
  });

  it('shows a cell of a stranger in one line, cut where it is no longer read', () => {
    const [, row = ''] = table(['a'], [[`x\n${'y'.repeat(600)}`]]).split('\n');
    expect(row).toMatch(/^x\\ny+…$/);
    expect(row.length).toBeLessThan(510);
  });
});
