import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, readText, root } from './workspace.ts';

const folder = 'packages/kafka/test';
const { ledger } = (await import(pathToFileURL(join(root, folder, 'regression/ledger.ts')).href)) as {
  ledger: Readonly<Record<string, { readonly failure: string; readonly test: string }>>;
};
const rows = { L: 8, C: 14, P: 5 };
/** The rows that a test says it is for: `// L1, L2: what went wrong`, above the law. */
const rowsOf = (text: string): string[] =>
  [...text.matchAll(/^\s*\/\/ ((?:[LCP]\d+, )*[LCP]\d+): /gm)].flatMap(([, ids]) => (ids as string).split(', '));
const tests = filesBelow(folder, (path) => path.endsWith('.test.ts'));

describe('the ledger of client failures', () => {
  it('has every row, without a gap', () => {
    const wanted = Object.entries(rows).flatMap(([kind, last]) =>
      Array.from({ length: last }, (_, at) => `${kind}${at + 1}`),
    );
    expect(Object.keys(ledger)).toEqual(wanted);
  });

  it('names for every row a test that is there, is a law, and says which failure it is for', () => {
    const untested = Object.entries(ledger).filter(([row, { test }]) => {
      const path = `${folder}/${test}`;
      if (!existsSync(join(root, path))) return true;
      const text = readText(path);
      return !rowsOf(text).includes(row) || !/\bit(\.each\([\s\S]*?\))?\(/.test(text);
    });
    expect(untested).toEqual([]);
  });

  it('has every row that a test names', () => {
    const unknown = tests.flatMap((path) =>
      rowsOf(readText(path))
        .filter((row) => !Object.hasOwn(ledger, row))
        .map((row) => `${path}: ${row}`),
    );
    expect(unknown).toEqual([]);
  });

  it('knows every file of the regression folder, or the file says why it is there', () => {
    const known = new Set(Object.values(ledger).map(({ test }) => `${folder}/${test}`));
    const silent = tests
      .filter((path) => path.startsWith(`${folder}/regression/`) && !known.has(path))
      .filter((path) => !/^\s*\/\/ /m.test(readText(path)));
    expect(silent).toEqual([]);
  });
});
