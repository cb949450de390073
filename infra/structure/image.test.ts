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
});
