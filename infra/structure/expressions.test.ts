import { describe, expect, it } from '@jest/globals';
import { boundedExpressions, madeExpressions } from './bounded-expressions.ts';
import { expressions, expressionsIn } from './expressions.ts';
import { readText } from './workspace.ts';

const linear = new Set(JSON.parse(readText('infra/structure/linear-expressions.json')) as readonly string[]);
const all = expressions();
const written = all.filter(({ text }) => text !== 'new RegExp');
const made = all.filter(({ text }) => text === 'new RegExp');

describe('every regular expression of the product', () => {
  it('is proven linear, or says what bounds the text that it meets', () => {
    const unknown = written.filter(({ text }) => !linear.has(text) && !Object.hasOwn(boundedExpressions, text));
    expect(unknown.map(({ path, line, text }) => `${path}:${line} ${text} (npm run generate checks it)`)).toEqual([]);
  });

  it('is made at run time only where it is said of what', () => {
    expect(made.map(({ path }) => path).filter((path) => !Object.hasOwn(madeExpressions, path))).toEqual([]);
  });

  it('is still there when it is listed', () => {
    const used = new Set(written.map(({ text }) => text));
    const listed = [...linear, ...Object.keys(boundedExpressions)];
    expect(listed.filter((text) => !used.has(text))).toEqual([]);
    const makers = new Set(made.map(({ path }) => path));
    expect(Object.keys(madeExpressions).filter((path) => !makers.has(path))).toEqual([]);
  });
});

describe('expressionsIn', () => {
  it('finds expressions wherever they stand, and nothing that only looks like one', () => {
    const source = [
      'const a = b / c / d; // a /comment/',
      "const e = '/text/';",
      'const f = `${g.replace(/[/]+$/g, "")}`;',
      'const h = new RegExp(e);',
    ].join('\n');
    expect(expressionsIn('a.ts', source)).toEqual([
      { path: 'a.ts', line: 3, text: '/[/]+$/g' },
      { path: 'a.ts', line: 4, text: 'new RegExp' },
    ]);
  });
});

describe('every package and service that reads strangers’ text', () => {
  it.each([
    'packages/cli',
    'packages/conformance',
    'packages/connectors',
    'packages/dlp',
    'packages/flows',
    'packages/models',
    'services/ingest-gateway',
  ])('%s names the functions that do, and measures that they are linear', (folder) => {
    expect(readText(`${folder}/test/text-functions.ts`)).toMatch(
      /export const textFunctions: readonly TextFunction\[\]/,
    );
    expect(readText(`${folder}/test/linear-time${folder.endsWith('conformance') ? '-laws' : ''}.test.ts`)).toContain(
      'linearTimeLaws(textFunctions)',
    );
  });
});
