import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dependencyHash } from '../dependencies.mjs';

describe('the stamp of installed dependencies', () => {
  let root = '';
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'millrace-setup-'));
    await write('pnpm-lock.yaml', 'lock');
    await write('packages/a/package.json', '{}');
    await write('infra/patches/x.patch', 'patch');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('stays while nothing that decides the installation changes', async () => {
    const before = dependencyHash(root);
    await write('packages/a/src/index.ts', 'export {};');
    expect(dependencyHash(root)).toBe(before);
  });

  it.each(['pnpm-lock.yaml', 'packages/a/package.json', 'packages/b/package.json', 'infra/patches/x.patch'])(
    'changes with %s',
    async (path) => {
      const before = dependencyHash(root);
      await write(path, 'changed');
      expect(dependencyHash(root)).not.toBe(before);
    },
  );
});
