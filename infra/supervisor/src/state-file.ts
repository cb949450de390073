import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@millrace/embedded';
import type { SystemState } from '@millrace/system/state';

export const stateFile = (dataDir: string): string => join(dataDir, 'state.json');

export const writeState = (state: SystemState): Promise<void> =>
  writeAtomically(stateFile(state.dataDir), `${JSON.stringify(state, null, 2)}\n`, 0o600);

export const removeState = (dataDir: string): Promise<void> => rm(stateFile(dataDir), { force: true });

/** Who wrote the state that lies there; undefined when none does. Something unreadable is as stale as a dead owner. */
export const stateOwner = async (dataDir: string): Promise<number | undefined> => {
  if (!existsSync(stateFile(dataDir))) return undefined;
  try {
    const { pid } = JSON.parse(await readFile(stateFile(dataDir), 'utf8')) as { readonly pid?: unknown };
    return typeof pid === 'number' ? pid : 0;
  } catch {
    return 0;
  }
};
