// Trains the shipped pack again and compares: the same data must give the same hash. About three minutes on one core.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPack } from '../src/embedded/pack.ts';
import { packTrain } from '../src/pack-cli.ts';

const root = join(import.meta.dirname, '..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const shipped = await loadPack(join(root, 'packs/support'));
const out = await mkdtemp(join(tmpdir(), 'millrace-retrain-'));
try {
  let step = '';
  const trained = await packTrain({
    data: join(root, 'data/banking77/train.csv'),
    recipe: join(root, 'data/banking77/recipe.json'),
    out,
    onProgress: (progress) => {
      if (progress.step !== step) say(progress.step);
      step = progress.step;
    },
  });
  const isSame = trained.hash === shipped.manifest.hash;
  say(`shipped ${shipped.manifest.hash}`);
  say(`trained ${trained.hash}`);
  say(
    isSame
      ? 'the same data gives the same pack'
      : 'the pack is not what its data gives: commit the trained one, or undo the change of training',
  );
  process.exitCode = isSame ? 0 : 1;
} finally {
  await rm(out, { recursive: true });
}
