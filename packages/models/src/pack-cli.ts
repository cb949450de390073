import { basename, resolve } from 'node:path';
import { connectUseLite } from './embedded/encoder.ts';
import type { PackManifest } from './embedded/manifest.ts';
import { loadPack } from './embedded/pack.ts';
import { readDataset } from './train/dataset.ts';
import { evalPack, type PackReport } from './train/eval-pack.ts';
import { plainRecipe, readRecipe } from './train/recipe.ts';
import { type TrainProgress, trainPack } from './train/train-pack.ts';

/** `millrace pack train --data FILE --out DIR [--recipe FILE]`: the work behind the verb; printing is the caller's. */
export async function packTrain(
  options: {
    readonly data: string;
    readonly out: string;
    readonly recipe?: string;
    readonly onProgress?: (progress: TrainProgress) => void;
  },
  signal?: AbortSignal,
): Promise<PackManifest> {
  const recipe =
    options.recipe === undefined ? plainRecipe(basename(resolve(options.out))) : await readRecipe(options.recipe);
  const dataset = await readDataset(options.data);
  const { out } = options;
  const progress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  return trainPack({ dataset, recipe, out, encoder: await connectUseLite(), ...progress }, signal);
}

/** `millrace pack eval DIR --data FILE`: the report that `--json` prints. */
export async function packEval(
  options: {
    readonly folder: string;
    readonly data: string;
    readonly onProgress?: (done: number, total: number) => void;
  },
  signal?: AbortSignal,
): Promise<PackReport> {
  const [pack, { examples }] = await Promise.all([loadPack(options.folder), readDataset(options.data)]);
  const progress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  return evalPack({ pack, examples, encoder: await connectUseLite(), ...progress }, signal);
}

const percent = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(1)} %`);

/** The report as a person reads it. */
export function renderReport(report: PackReport): string {
  const modes = (['full', 'cascade', 'fast'] as const).map((mode) => {
    const { accuracy, macroF1, ece, denseShare, queues } = report.modes[mode];
    return [
      mode,
      percent(accuracy),
      percent(macroF1),
      ece.toFixed(3),
      percent(denseShare),
      percent(queues.accuracy),
      percent(queues.accepted),
      percent(queues.acceptedAccuracy),
    ];
  });
  const head = [
    'mode',
    'accuracy',
    'macro-F1',
    'ECE',
    'dense asked',
    'queue accuracy',
    'accepted',
    'accepted accuracy',
  ];
  const curve = report.coverage.map((point) => [
    point.threshold.toFixed(2),
    percent(point.coverage),
    percent(point.accuracy),
  ]);
  return [
    `pack ${report.pack.name} ${report.pack.version} (${report.pack.hash.slice(0, 12)}) on ${report.rows} texts`,
    '',
    table([head, ...modes]),
    '',
    'answering only from a confidence up (mode full, intents)',
    table([['from', 'coverage', 'accuracy'], ...curve]),
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
