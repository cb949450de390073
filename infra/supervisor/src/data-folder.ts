import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { access, chmod, link, mkdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asDataFolderError, codeOf } from '@millrace/embedded';
import { startOf } from './process-identity.ts';
import { removeState, stateOwner } from './state-file.ts';
import { SupervisorError } from './supervisor-error.ts';

/** The folder that one running system holds. */
export interface DataFolder {
  readonly path: string;
  /** The last run was killed: its children may take a moment to follow it. */
  readonly wasKilled: boolean;
  release(): Promise<void>;
}

export interface DataFolderChecks {
  /** Bytes free on the disk of the folder. */
  readonly freeBytes: (path: string) => Promise<number>;
}

const leastFreeBytes = 256 * 1024 * 1024;

const measured: DataFolderChecks = {
  freeBytes: async (path) => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

/** Takes the folder for this process, or rejects with one sentence about why not. */
export const openDataFolder = async (path: string, { freeBytes }: DataFolderChecks = measured): Promise<DataFolder> => {
  try {
    await makeFolder(path);
    const free = await freeBytes(path);
    if (free < leastFreeBytes) {
      throw new SupervisorError(
        'X_SUPERVISOR_DISK_FULL',
        `The disk of the data folder ${path} has only ${Math.floor(free / 1024 / 1024)} MB left and ${leastFreeBytes / 1024 / 1024} MB are needed; make room or choose another with --data.`,
      );
    }
    await take(path);
    await chmod(path, 0o755); // Postgres, under its own user, passes through; what is secret has its own mode
  } catch (error) {
    throw asDataFolderError(error, path);
  }
  const owner = await stateOwner(path);
  await removeState(path);
  return {
    path,
    wasKilled: owner !== undefined,
    release: async () => {
      await removeState(path);
      await rm(lockFile(path), { force: true });
    },
  };
};

/** Node's own recursive mkdir loops for ever on some file systems and hides that one is read-only. */
const makeFolder = async (path: string): Promise<void> => {
  if (existsSync(path)) {
    if ((await stat(path)).isDirectory()) return access(path, constants.W_OK);
    throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR' });
  }
  if (!existsSync(dirname(path))) await makeFolder(dirname(path));
  try {
    await mkdir(path, { mode: 0o755 });
  } catch (error) {
    // Its parent is there: a file system that makes no folders.
    throw codeOf(error) === 'ENOENT'
      ? Object.assign(new Error(`${path} cannot be made`, { cause: error }), { code: 'EACCES' })
      : error;
  }
};

const lockFile = (path: string): string => join(path, 'supervisor.lock');

interface Owner {
  readonly pid: number;
  readonly started: string;
}

/** The lock appears with its content, by a link, so nobody ever reads half of it; one whose owner is gone is removed. */
const take = async (path: string): Promise<void> => {
  const mine = join(path, `supervisor.${randomBytes(4).toString('hex')}.part`);
  try {
    await writeFile(
      mine,
      JSON.stringify({ pid: process.pid, started: (await startOf(process.pid)) ?? '' } satisfies Owner),
    );
    for (;;) {
      if (await linked(mine, lockFile(path))) return;
      const owner = await readOwner(path);
      if (owner !== undefined && (await startOf(owner.pid)) === owner.started) {
        throw new SupervisorError(
          'X_SUPERVISOR_RUNNING',
          `Millrace is already running on ${path} (process ${owner.pid}); stop it first, or start another with its own --data and --port-base.`,
        );
      }
      await rm(lockFile(path), { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
};

const linked = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

const readOwner = async (path: string): Promise<Owner | undefined> => {
  try {
    return JSON.parse(await readFile(lockFile(path), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
};
