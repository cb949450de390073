import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@millrace/embedded';

/** `DIR/state.json`: how the CLI, tests and benches find a running system. Part of the outside contract. */
export interface SystemState {
  readonly ready: boolean;
  /** The supervisor. */
  readonly pid: number;
  readonly adminUrl: string;
  readonly tokenFile: string;
  readonly kafka: { readonly brokers: readonly string[] };
  readonly registry: { readonly url: string };
  readonly postgres: { readonly url: string };
  readonly services: Readonly<Record<string, { readonly url: string; readonly pid: number }>>;
  /** `kafka` (with three nodes also `kafka-2` and `kafka-3`), `registry`, `postgres`. */
  readonly processes: Readonly<Record<string, { readonly pid: number }>>;
  readonly simulators: Readonly<Record<string, { readonly url: string; readonly pid: number }>>;
  readonly dataDir: string;
}

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
