import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Machine, thisMachine } from '@millrace/system/machine';
import type { Figure } from './figure.ts';

/** One benchmark's newest saved run. */
export interface SavedRun {
  readonly bench: string;
  readonly command: string;
  /** ISO 8601, the day. */
  readonly on: string;
  readonly figures: readonly Figure[];
}

/** What `--save` keeps and the README's table is made from. */
export interface Results {
  readonly machine: Machine;
  readonly runs: readonly SavedRun[];
}

export const resultsFile: string = join(import.meta.dirname, '../results.json');

/** Null before the first saved run. */
export const readResults = async (file: string = resultsFile): Promise<Results | null> =>
  existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Results) : null;

/** Each benchmark's newest run, in the order given; those of another machine are dropped, for they do not compare. */
export const withRuns = (
  earlier: Results | null,
  machine: Machine,
  fresh: readonly SavedRun[],
  order: readonly string[],
): Results => {
  const kept = earlier !== null && JSON.stringify(earlier.machine) === JSON.stringify(machine) ? earlier.runs : [];
  const newest = new Map([...kept, ...fresh].map((run) => [run.bench, run]));
  return { machine, runs: order.flatMap((bench) => newest.get(bench) ?? []) };
};

export const saveRuns = async (fresh: readonly SavedRun[], order: readonly string[]): Promise<void> => {
  const results = withRuns(await readResults(), thisMachine(), fresh, order);
  await writeFile(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
};
