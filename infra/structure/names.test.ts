import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, readText, root, sourceFiles } from './workspace.ts';

type Tree = Readonly<Record<string, Readonly<Record<string, { readonly name: string } | string>>>>;
const { names } = (await import(pathToFileURL(join(root, 'packages/service/src/names.ts')).href)) as {
  names: { readonly metrics: Tree; readonly logs: Tree };
};
const metricNames = new Set(
  Object.values(names.metrics).flatMap((area) => Object.values(area).map((one) => (one as { name: string }).name)),
);
const users = sourceFiles().filter((path) => path !== 'packages/service/src/names.ts');

describe('a metric or log sentence', () => {
  it('is made only from service/names.ts', () => {
    const own = users
      .filter((path) => path !== 'packages/service/src/metrics.ts')
      .filter((path) => {
        const text = readText(path);
        return (
          /new (Counter|Gauge|Histogram|Summary)\(/.test(text) ||
          /\blogger\.(trace|debug|info|warn|error|fatal)\((\{[^}]*\},\s*)?['"`]/.test(text)
        );
      });
    expect(own).toEqual([]);
  });

  it('that anything refers to by its text exists', () => {
    const told = filesBelow('infra', (path) => /\.(ts|mjs|ya?ml|json|md)$/.test(path))
      .concat(
        filesBelow('services', (path) => /\.(ts|md)$/.test(path)),
        users,
      )
      .flatMap((path) =>
        [...readText(path).matchAll(/\bmillrace_[a-z_]+\b/g)]
          .map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))
          .filter((name) => /_(total|seconds|bytes|records|requests|rows|partitions|letters)$/.test(name))
          .filter((name) => !metricNames.has(name))
          .map((name) => `${path}: ${name}`),
      );
    expect(told).toEqual([]);
  });

  it('is told by every connection to Kafka of a service, so that its producers are seen', () => {
    const silent = users
      .filter((path) => path.startsWith('services/'))
      .filter((path) =>
        [...readText(path).matchAll(/connectKafka\((\{[^;]*\})\)/g)].some(
          ([, given = '']) => !/\bmetrics\b/.test(given),
        ),
      );
    expect(silent).toEqual([]);
  });

  it('is used: a name that nothing emits promises what nobody sees', () => {
    const texts = users.map(readText).filter((text) => /\bnames\.(metrics|logs)\b/.test(text));
    const unused = (['metrics', 'logs'] as const).flatMap((kind) =>
      Object.entries(names[kind]).flatMap(([area, rows]) => {
        const near = texts.filter((text) => new RegExp(`names\\.${kind}\\b`).test(text) && text.includes(area));
        return Object.keys(rows)
          .filter((key) => !near.some((text) => new RegExp(`\\b${key}\\b`).test(text)))
          .map((key) => `names.${kind}.${area}.${key}`);
      }),
    );
    expect(unused).toEqual([]);
  });
});
