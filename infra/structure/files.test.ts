import { describe, expect, it } from '@jest/globals';
import { filesBelow, readText } from './workspace.ts';

const sources = ['packages', 'services', 'infra'].flatMap((folder) =>
  filesBelow(folder, (path) => /\.(ts|mjs)$/.test(path)),
);
const banned = /^(utils?|common|helpers?|shared|core|misc|manager|base)(\.|$)/;

describe('every source file', () => {
  it('stays under 400 lines', () => {
    const long = sources
      .map((path) => ({ path, lines: readText(path).split('\n').length }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });

  it('is named in kebab-case, for what it holds', () => {
    const odd = sources.filter((path) => {
      const name = path.split('/').at(-1) ?? '';
      return !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(name.replace(/^\./, '')) || banned.test(name);
    });
    expect(odd).toEqual([]);
  });

  it('lies in no catch-all folder', () => {
    expect(sources.filter((path) => path.split('/').some((part) => banned.test(part)))).toEqual([]);
  });

  it('names no machine, no registry host and no issue to come', () => {
    const told = sources
      .filter((path) => !path.startsWith('infra/structure/'))
      .filter((path) => /\/(home|work)\/|registry\.npmjs\.org|repo1\.maven|\bTODO\b|\bFIXME\b/.test(readText(path)));
    expect(told).toEqual([]);
  });
});

describe('a service', () => {
  const services = [...new Set(filesBelow('services', () => true).map((path) => path.split('/')[1]))];

  it.each(services)('%s has a composition root under 60 lines without branches or loops', (service) => {
    const main = readText(`services/${service}/src/main.ts`);
    expect(main.split('\n').length).toBeLessThan(60);
    expect(main).not.toMatch(/^\s*(if|for|while|switch|try)\b/m);
  });

  it.each(services)('%s reads the environment in main.ts alone', (service) => {
    const others = filesBelow(`services/${service}/src`, (path) => path.endsWith('.ts') && !path.endsWith('/main.ts'));
    expect(others.filter((path) => readText(path).includes('process.env'))).toEqual([]);
  });

  it.each(services)('%s says what it is for in a README', (service) => {
    expect(readText(`services/${service}/README.md`).length).toBeGreaterThan(200);
  });
});

describe('a test', () => {
  // This file names what it forbids.
  const tests = sources.filter((path) => path.endsWith('.test.ts') && !path.startsWith('infra/structure/'));

  it('is never skipped or focused', () => {
    expect(tests.filter((path) => /\b(it|test|describe)\.(skip|only|todo)\b|\bxit\(/.test(readText(path)))).toEqual([]);
  });

  it('waits on progress, never on a clock', () => {
    expect(tests.filter((path) => /\b(sleep|delay)\(\d/.test(readText(path)))).toEqual([]);
  });

  it('states a law in the present tense', () => {
    expect(tests.filter((path) => /\b(it|test)\(\s*['"`]should\b/.test(readText(path)))).toEqual([]);
  });
});
