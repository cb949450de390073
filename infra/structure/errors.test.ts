import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { cataloguePaths, filesBelow, readText, sourceFiles } from './workspace.ts';

const script = join(import.meta.dirname, 'scripts/error-codes.ts');
const row = /^\s+(X_[A-Z0-9_]+):\s/gm;
const mention = /\bX_[A-Z][A-Z0-9_]*[A-Z0-9]\b/g;

const declared = cataloguePaths().flatMap((path) =>
  [...readText(path).matchAll(row)].map(([, code]) => ({ path, code: code as string })),
);
const codes = new Set(declared.map(({ code }) => code));
const withoutRows = (path: string): string => readText(path).replace(row, '');

describe('an error code', () => {
  it('is declared in a catalogue, with what it means and what fixes it', () => {
    const undeclared = sourceFiles().flatMap((path) =>
      [...withoutRows(path).matchAll(mention)].filter(([code]) => !codes.has(code)).map(([code]) => `${path}: ${code}`),
    );
    expect(undeclared).toEqual([]);
  });

  it('is declared once in the whole tree', () => {
    const seen = new Set<string>();
    expect(declared.filter(({ code }) => seen.size === seen.add(code).size)).toEqual([]);
  });

  it('is declared only where something uses it', () => {
    const everything = ['packages', 'services', 'infra']
      .flatMap((folder) => filesBelow(folder, (path) => /\.(ts|mjs)$/.test(path)))
      .map(withoutRows)
      .join('\n');
    const used = new Set([...everything.matchAll(mention)].map(([code]) => code));
    expect([...codes].filter((code) => !used.has(code))).toEqual([]);
  });

  it('stands in a README, where that lists the codes of its folder, in the words of the catalogue', () => {
    const page = readText('infra/ERRORS.md');
    const rowsOf = (text: string): string[] => [...text.matchAll(/^\| `X_\w+` \| .* \|$/gm)].map(([line]) => line);
    const differing = filesBelow('.', (path) => /^(packages|services)\/[^/]+\/README\.md$/.test(path)).flatMap(
      (path) => {
        const told = rowsOf(readText(path));
        if (told.length === 0) return [];
        const section = page.split(/^## /m).filter((part) => part.startsWith(`${path.replace('/README.md', '')}\n`));
        const meant = rowsOf(section.join('\n'));
        return [...told.filter((line) => !meant.includes(line)), ...meant.filter((line) => !told.includes(line))].map(
          (line) => `${path}: ${line}`,
        );
      },
    );
    expect(differing).toEqual([]);
  });

  it('is on the page of error codes', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--check']).catch(
      (drifted: { stdout: string; stderr: string }) => drifted,
    );
    expect(stdout).toBe('');
  });
});
