import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isLong, pagerOf } from '../../src/terminal/pager.ts';
import { recordedOutput } from './recorded-output.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-pager-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TERM = 'xterm';
const { PATH } = process.env;

describe('the pager', () => {
  it('is what PAGER names, options and all, and gets the whole text', () => {
    const kept = join(folder, 'kept');
    const text = 'ümläut\n'.repeat(100_000);
    expect(pagerOf({ TERM, PATH, PAGER: `cat > '${kept}'` })?.(text)).toBe(true);
    expect(readFileSync(kept, 'utf8')).toBe(text);
  });

  it('keeps the rows of tables in less, unless LESS says otherwise', () => {
    const kept = join(folder, 'options');
    const PAGER = `printf %s "$LESS" > '${kept}'`;
    pagerOf({ TERM, PATH, PAGER })?.('text');
    expect(readFileSync(kept, 'utf8')).toBe('-SX');
    pagerOf({ TERM, PATH, PAGER, LESS: '-R' })?.('text');
    expect(readFileSync(kept, 'utf8')).toBe('-R');
  });

  it('has shown the text when its reader leaves after the first page', () => {
    expect(pagerOf({ TERM, PATH, PAGER: 'exit 0' })?.('text\n'.repeat(1_000_000))).toBe(true);
    expect(pagerOf({ TERM, PATH, PAGER: 'exit 1' })?.('text')).toBe(true);
  });

  it('has shown nothing when there is no such program', () => {
    expect(pagerOf({ TERM, PATH: folder })?.('text')).toBe(false);
    expect(pagerOf({ TERM, PATH, PAGER: 'no-such-pager-here 2>/dev/null' })?.('text')).toBe(false);
  });

  it('is none where NO_PAGER, an empty PAGER, cat or the terminal says so', () => {
    for (const env of [
      { TERM, NO_PAGER: '1' },
      { TERM, NO_PAGER: '1', PAGER: 'less' },
      { TERM, PAGER: '' },
      { TERM, PAGER: 'cat' },
      { TERM: 'dumb' },
      {},
    ])
      expect(pagerOf(env)).toBeUndefined();
    expect(pagerOf({ TERM, NO_PAGER: '' })).toBeInstanceOf(Function);
  });
});

describe('a text is long', () => {
  const terminal = recordedOutput({ columns: 10, rows: 5 });

  it('when it leaves no line of the terminal for the prompt', () => {
    expect(isLong('a\nb\nc\nd', terminal)).toBe(false);
    expect(isLong('a\nb\nc\nd\ne', terminal)).toBe(true);
  });

  it('by what is usual where the terminal does not know its size', () => {
    const unknown = recordedOutput({ columns: 0, rows: 0 });
    expect(isLong('row\n'.repeat(20), unknown)).toBe(false);
    expect(isLong('row\n'.repeat(30), unknown)).toBe(true);
  });

  it('when its lines are folded until it does', () => {
    expect(isLong('x'.repeat(40), terminal)).toBe(false);
    expect(isLong('x'.repeat(41), terminal)).toBe(true);
  });
});
