import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Machine, thisMachine } from '@millrace/system/machine';
import type { Report } from './report.ts';

/** The newest saved run; the README's table is made from it. */
export interface Results {
  readonly machine: Machine;
  readonly command: string;
  /** ISO 8601, the day. */
  readonly on: string;
  readonly report: Report;
}

export const resultsFile: string = join(import.meta.dirname, '../results.json');

/** Null before the first saved run. */
export const readResults = async (file: string = resultsFile): Promise<Results | null> =>
  existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Results) : null;

export const saveResults = async (command: string, report: Report, now: number): Promise<void> => {
  const on = new Date(now).toISOString().slice(0, 10);
  const results: Results = { machine: thisMachine(), command, on, report };
  await writeFile(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
};
