import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSecrets, sourcesFile, tokenFile, writeSampleFolders } from '../src/secrets.ts';

const temporaryFolder = async (): Promise<{ readonly path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'millrace-secrets-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};

describe('the secrets of a data folder', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('are made once and stay', async () => {
    expect(await loadSecrets(folder.path)).toEqual(await loadSecrets(folder.path));
  });

  it('differ from folder to folder', async () => {
    const other = await temporaryFolder();
    const [mine, theirs] = await Promise.all([loadSecrets(folder.path), loadSecrets(other.path)]);
    await other.remove();
    expect(mine.tokens.operator).not.toBe(theirs.tokens.operator);
    expect(mine.flowVariables['ZENDESK_SIGNING_SECRET']).toMatch(/./);
    expect(mine.flowVariables['ZENDESK_SIGNING_SECRET']).not.toBe(theirs.flowVariables['ZENDESK_SIGNING_SECRET']);
  });

  it('are for the owner alone', async () => {
    await loadSecrets(folder.path);
    for (const file of ['secrets.json', 'tokens.json', 'sources.json'])
      expect((await stat(join(folder.path, file))).mode & 0o777).toBe(0o600);
  });

  it('give the gateway digests of the keys, the sample in the clear, and keep what a person added', async () => {
    const { sampleKey, tokens } = await loadSecrets(folder.path);
    const read = async () => JSON.parse(await readFile(sourcesFile(folder.path), 'utf8'));
    const sample = { client: 'sample', sha256: createHash('sha256').update(sampleKey).digest('hex'), scopes: ['*'] };
    expect(await read()).toEqual({ keys: [sample], sample: { client: 'sample', key: sampleKey } });
    const added = { client: 'shop', sha256: '0'.repeat(64), scopes: ['leads'] };
    await writeFile(sourcesFile(folder.path), JSON.stringify({ ...(await read()), keys: [sample, added] }));
    await loadSecrets(folder.path);
    expect(await read()).toMatchObject({ keys: [added, sample] });
    expect(JSON.parse(await readFile(tokenFile(folder.path), 'utf8'))).toEqual(tokens);
  });

  it('are a folder for each program that nobody starts with them, with what it may know alone', async () => {
    await writeSampleFolders(folder.path, [
      { name: 'gateway', variables: ['SLACK_SIGNING_SECRET'], tokens: true, keys: true },
      { name: 'receiver', variables: ['HTTP_SIGNING_SECRET'], tokens: false, keys: false },
    ]);
    const { flowVariables, tokens } = await loadSecrets(folder.path);
    const read = async (path: string) => JSON.parse(await readFile(join(folder.path, path), 'utf8')) as unknown;
    expect(await read('gateway/environment.json')).toEqual({
      SLACK_SIGNING_SECRET: flowVariables['SLACK_SIGNING_SECRET'],
    });
    expect(await read('gateway/tokens.json')).toEqual(tokens);
    expect(await read('receiver/environment.json')).toEqual({
      HTTP_SIGNING_SECRET: flowVariables['HTTP_SIGNING_SECRET'],
    });
    await expect(read('receiver/tokens.json')).rejects.toThrow('ENOENT');
    expect((await stat(join(folder.path, 'gateway/environment.json'))).mode & 0o777).toBe(0o600);
  });

  it('are missed in one sentence when the database is there without them', async () => {
    await mkdir(join(folder.path, 'postgres'));
    await expect(loadSecrets(folder.path)).rejects.toMatchObject({
      code: 'X_PROVISION_SECRETS_LOST',
      message: `The data folder ${folder.path} has a database but no secrets.json, which holds its password; restore that file or choose another folder with --data.`,
    });
  });
});
