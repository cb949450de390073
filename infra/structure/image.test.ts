import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readText, root } from './workspace.ts';

const { nodeRuntime } = (await import(pathToFileURL(join(root, 'packages/service/src/node-runtime.ts')).href)) as {
  nodeRuntime: { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string>> };
};
const dockerfile = readText('infra/docker/Dockerfile');
const line = (instruction: string): string =>
  dockerfile.split('\n').findLast((text) => text.startsWith(`${instruction} `)) ?? '';

describe('the image', () => {
  it('starts Node as the supervisor does', () => {
    const entry = JSON.parse(line('ENTRYPOINT').slice('ENTRYPOINT '.length)) as string[];
    const told = [...line('ENV').split(/ |NODE_OPTIONS=/), ...entry];
    const environment = Object.entries(nodeRuntime.environment).map(([name, value]) => `${name}=${value}`);
    const missing = [...nodeRuntime.flags, ...environment].filter((wanted) => !told.includes(wanted));
    expect(missing).toEqual([]);
  });

  it('is made only from what its build is let see', () => {
    const seen = readText('infra/docker/Dockerfile.dockerignore')
      .split('\n')
      .flatMap((rule) => (rule.startsWith('!') ? [rule.slice(1)] : []));
    const copied = [...dockerfile.matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    );
    expect(copied.length).toBeGreaterThan(seen.length / 2);
    expect(copied.filter((source) => !seen.some((path) => source === path || source.startsWith(`${path}/`)))).toEqual(
      [],
    );
  });

  it('holds what the command needs to run', () => {
    expect(dockerfile).toContain("--filter-prod '@millrace/cli...'");
  });
});
