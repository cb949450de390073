import { execFile } from 'node:child_process';
import { chown, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedError } from './errors.ts';

const run = promisify(execFile);

/** As whom Postgres runs. It refuses root; for everybody else that is the user who started us. */
export interface PostgresUser {
  /** Undefined: our own user. */
  readonly ids: UserIds | undefined;
  /** Goes before the program on the command line and changes the user; when empty, the spawn does. */
  readonly prefix: readonly string[];
}

interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** Makes a `postgres` user when we are root and there is none, and finds a way for it to reach these paths. */
export const findPostgresUser = async (paths: readonly string[]): Promise<PostgresUser> => {
  if (process.getuid?.() !== 0) return { ids: undefined, prefix: [] };
  const ids = (await idsOf('postgres')) ?? (await createUser()) ?? (await idsOf('nobody'));
  if (ids === undefined)
    throw new EmbeddedError(
      'X_EMBEDDED_POSTGRES_USER',
      'Postgres does not run as root, and no user could be made for it; start Millrace as an ordinary user.',
    );
  const closed = await firstClosedFolder(paths);
  if (closed === undefined) return { ids, prefix: [] };
  const prefix = await reachPrefix(ids);
  if (prefix === undefined) {
    throw new EmbeddedError(
      'X_EMBEDDED_POSTGRES_USER',
      `Postgres does not run as root, and its own user may not enter ${closed}; start Millrace as an ordinary user, or run: chmod a+x ${closed}`,
    );
  }
  return { ids, prefix };
};

const idsOf = async (name: string): Promise<UserIds | undefined> => {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout.trim())),
    );
    return uid === undefined || gid === undefined || !Number.isInteger(uid) || !Number.isInteger(gid)
      ? undefined
      : { uid, gid };
  } catch {
    return undefined;
  }
};

const createUser = async (): Promise<UserIds | undefined> => {
  await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  ])
    .catch(() => run('adduser', ['-S', '-D', '-H', 'postgres'])) // Alpine
    .catch(() => undefined);
  return idsOf('postgres');
};

const firstClosedFolder = async (paths: readonly string[]): Promise<string | undefined> => {
  const seen = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); !seen.has(folder); folder = dirname(folder)) {
      seen.add(folder);
      const mode = await stat(folder).then(
        (found) => found.mode,
        () => 0o777, // not made yet: it will be by us, with our umask
      );
      if ((mode & 0o001) === 0) return folder;
    }
  }
  return undefined;
};

/**
 * A clone below a closed home folder (/root is 0700): Postgres keeps its own user, and the one right to pass closed
 * folders, where the kernel lets root hand it on.
 */
const reachPrefix = async (ids: UserIds): Promise<readonly string[] | undefined> => {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const bounding = BigInt(`0x${/CapBnd:\s*([0-9a-f]+)/.exec(status)?.[1] ?? '0'}`);
  const right = (bounding >> 2n) & 1n ? 'dac_read_search' : (bounding >> 1n) & 1n ? 'dac_override' : undefined;
  if (right === undefined) return undefined;
  const prefix = [
    'setpriv',
    `--reuid=${ids.uid}`,
    `--regid=${ids.gid}`,
    '--clear-groups',
    `--inh-caps=+${right}`,
    `--ambient-caps=+${right}`,
    '--securebits=+no_setuid_fixup', // without it access(2), by which Postgres looks at its own programs, ignores the right
  ];
  const works = await run(prefix[0] ?? '', [...prefix.slice(1), 'true']).then(
    () => true,
    () => false,
  );
  return works ? prefix : undefined;
};

/** Gives a folder to the user Postgres runs as. */
export const giveTo = async (folder: string, { ids }: PostgresUser): Promise<void> => {
  if (ids !== undefined) await chown(folder, ids.uid, ids.gid);
};
