import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, readText, root } from './workspace.ts';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...['packages', 'services', 'infra', 'schemas'].flatMap((folder) =>
    filesBelow(folder, (path) => path.endsWith('.md')),
  ),
];

describe('a document', () => {
  it.each(documents)('%s links only to what exists', (path) => {
    const links = [...readText(path).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target]) => target as string);
    const broken = links.filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(path), target)));
    expect(broken).toEqual([]);
  });
});

describe('the README', () => {
  const text = readText('README.md');

  it('links every guarantee to the test that tries to break it', () => {
    const rows = text
      .slice(text.indexOf('| promise |'), text.indexOf('Not promised'))
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(1);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => !/\.test\.ts\)|\/regression\)/.test(row))).toEqual([]);
  });

  it('lists every service and package', () => {
    const folders = ['packages', 'services'].flatMap((parent) => [
      ...new Set(filesBelow(parent, (path) => path.endsWith('package.json')).map(dirname)),
    ]);
    expect(folders.filter((folder) => !text.includes(`](${folder})`))).toEqual([]);
  });
});
