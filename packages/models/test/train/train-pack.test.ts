import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadPack } from '../../src/embedded/pack.ts';
import { evalPack } from '../../src/train/eval-pack.ts';
import { trainPack } from '../../src/train/train-pack.ts';
import { letterEncoder, temporaryFolder, tinyDataset, tinyRecipe } from '../fixtures/tiny.ts';

async function trained(
  dataset: typeof tinyDataset = tinyDataset,
): Promise<{ readonly out: string; readonly hash: string }> {
  const out = await temporaryFolder();
  const { hash } = await trainPack({ dataset, recipe: tinyRecipe, encoder: letterEncoder, out });
  return { out, hash };
}

describe('trainPack', () => {
  it('gives the same hash for the same data, another for other data', async () => {
    const first = await trained();
    expect((await trained()).hash).toBe(first.hash);
    const fewer = { ...tinyDataset, examples: tinyDataset.examples.slice(0, -1) };
    expect((await trained(fewer)).hash).not.toBe(first.hash);
  });

  it('writes a pack that loads and that evaluation can score', async () => {
    const { out } = await trained();
    const pack = await loadPack(out);
    const report = await evalPack({ pack, encoder: letterEncoder, examples: tinyDataset.examples });
    expect(report.accuracy).toBeGreaterThan(0.9);
    expect(Object.keys(report.modes)).toEqual(['fast', 'cascade', 'full']);
    expect(report.modes.full.denseShare).toBe(1);
    expect(report.modes.fast.denseShare).toBe(0);
  });

  it('makes a pack that refuses another encoder', async () => {
    const pack = await loadPack((await trained()).out);
    const encoder = { ...letterEncoder, hash: 'c'.repeat(64) };
    await expect(evalPack({ pack, encoder, examples: tinyDataset.examples })).rejects.toMatchObject({
      code: 'X_MODEL_PACK_INVALID',
    });
  });

  it.each(['tfidf.bin', 'dense.bin'])('makes a pack that does not load once %s was changed', async (file) => {
    const { out } = await trained();
    await appendFile(join(out, file), 'x');
    await expect(loadPack(out)).rejects.toMatchObject({ code: 'X_MODEL_PACK_HASH', disposition: { kind: 'halt' } });
  });

  it('makes a pack that does not load once a threshold in pack.json was changed', async () => {
    const { out } = await trained();
    const manifest = JSON.parse(await readFile(join(out, 'pack.json'), 'utf8'));
    await writeFile(join(out, 'pack.json'), JSON.stringify({ ...manifest, leastIntent: 0 }));
    await expect(loadPack(out)).rejects.toMatchObject({ code: 'X_MODEL_PACK_HASH' });
  });

  it('refuses data with too few examples of a label, naming it', async () => {
    const examples = [...tinyDataset.examples, { text: 'close it', label: 'closing' }];
    await expect(trained({ ...tinyDataset, examples })).rejects.toMatchObject({
      code: 'X_MODEL_DATA_TOO_SMALL',
      message: expect.stringContaining('closing'),
    });
  });

  it('refuses a recipe whose queues do not fit the data', async () => {
    const recipe = { ...tinyRecipe, queues: { cards: ['card_lost', 'nonsense'], other: ['card_lost'] } };
    const out = await temporaryFolder();
    await expect(trainPack({ dataset: tinyDataset, recipe, encoder: letterEncoder, out })).rejects.toMatchObject({
      code: 'X_MODEL_DATA_INVALID',
      message: expect.stringContaining('nonsense'),
    });
  });

  it('says that a pack is missing when it is', async () => {
    await expect(loadPack(await temporaryFolder())).rejects.toMatchObject({ code: 'X_MODEL_PACK_MISSING' });
  });
});
