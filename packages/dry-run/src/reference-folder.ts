import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ReferenceRow } from '@millrace/contracts';
import { parseReferenceFile } from '@millrace/flows/reference';
import { DryRunError } from './errors.ts';

/** The tables of a folder: `<table>.csv`, as `millrace reference load` takes it, looked up by the first column. */
export function readReferenceFolder(folder: string, loadedAt: number): ReadonlyMap<string, readonly ReferenceRow[]> {
  const tables = filesIn(folder).map((file): [string, readonly ReferenceRow[]] => {
    const table = basename(file, '.csv');
    return [table, parseReferenceFile(readFileSync(join(folder, file)), { table, loadedAt }).rows];
  });
  return new Map(tables);
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.csv'));
  } catch (cause) {
    throw new DryRunError(
      'X_DRY_RUN_REFERENCE',
      `${folder} cannot be read: ${(cause as { readonly code?: string }).code}`,
    );
  }
}
