import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const rotateAtBytes = 16 * 1024 * 1024;

/** The file a server writes to by itself, so that it goes on when we are gone, and the part of it written since it was opened. */
export interface ServerLog {
  readonly path: string;
  readonly descriptor: number;
  /** What this run has written. */
  read(): Promise<string>;
  /** Closes our own end; the child keeps its. */
  release(): void;
}

/** Opens for appending; a file that has grown large becomes `<path>.1` first. */
export const openServerLog = async (path: string): Promise<ServerLog> => {
  await mkdir(dirname(path), { recursive: true });
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > rotateAtBytes) await rename(path, `${path}.1`);
  const from = size > rotateAtBytes ? 0 : size;
  const descriptor = openSync(path, 'a', 0o600);
  let open = true;
  return {
    path,
    descriptor,
    read: async () => (await readFile(path)).subarray(from).toString('utf8'),
    release() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
};

/** Removes a log that nobody will read. */
export const dropServerLog = (path: string): Promise<void> => rm(path, { force: true });
