import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { asDataFolderError, EmbeddedError } from './errors.ts';
import { type GuardedProcess, spawnGuarded } from './guarded-process.ts';
import type { Progress, RunningPart } from './part.ts';
import { demandFreePort } from './ports.ts';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts';
import { findPostgresUser, giveTo, type PostgresUser } from './postgres-user.ts';
import { openServerLog } from './server-log.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface PostgresOptions {
  readonly dataDir: string;
  readonly port: number;
  /** Of the one user, `millrace`; fixed when the data folder is made. */
  readonly password: string;
  readonly host?: string;
  readonly logFile?: string;
  /** False for tests that may lose everything: no wait for the disk. */
  readonly durable?: boolean;
  readonly onProgress?: Progress;
  /** As in `startKafka`. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface RunningPostgres extends RunningPart {
  /** Of the database `millrace`. */
  readonly url: string;
}

const name = 'millrace';

/** Starts a real Postgres with a user and a database `millrace`, and resolves when it accepts connections. */
export const startPostgres = async (options: PostgresOptions): Promise<RunningPostgres> => {
  const { port, host = '127.0.0.1', onProgress = () => {} } = options;
  const dataDir = resolve(options.dataDir);
  await demandFreePort('Postgres', port, host);
  const binaries = await findPostgres();
  await makeParent(dataDir);
  const user = await findPostgresUser([dataDir, binaries.postgres]);
  if (!existsSync(join(dataDir, 'PG_VERSION'))) {
    onProgress('making its data folder');
    await initialise(binaries, user, dataDir, options.password);
  }
  await demandVersion(binaries, dataDir);
  onProgress('starting');
  const log = await openServerLog(options.logFile ?? `${dataDir}.log`);
  const child = runAs(user, {
    command: binaries.postgres,
    args: ['-D', dataDir, ...settings(port, host, options.durable ?? true)],
    output: log.descriptor,
    signal: options.signal,
  });
  log.release();
  await waitUntilReady({
    part: 'Postgres',
    child,
    log,
    timeoutMs: options.timeoutMs ?? 60_000,
    explain: (text) => explainEnd(text, port, dataDir),
    isReady: async () => {
      // Its own file in its own folder names its process and says when it is ready: nobody else can pass for it.
      const lines = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n');
      return Number(lines[0]) === child.pid && Number(lines[3]) === port && lines[7]?.trim() === 'ready';
    },
  });
  return {
    url: `postgres://${name}:${encodeURIComponent(options.password)}@${host}:${port}/${name}`,
    pid: child.pid,
    exited: child.exited,
    isAlive: child.isAlive,
    stop: async () => {
      await child.stop();
    },
  };
};

const settings = (port: number, host: string, durable: boolean): readonly string[] =>
  [
    `port=${port}`,
    `listen_addresses=${host}`,
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=64MB',
    'autovacuum_max_workers=2',
    'max_parallel_workers=2',
    'timezone=UTC',
    'log_timezone=UTC',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ].flatMap((setting) => ['-c', setting]);

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly output: number | 'pipe';
  readonly onOutput?: (chunk: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const runAs = ({ ids, prefix }: PostgresUser, program: Program): GuardedProcess => {
  const [command = program.command, ...args] = [...prefix, program.command, ...program.args];
  return spawnGuarded({
    ...program,
    command,
    args,
    cwd: '/',
    stopSignal: 'SIGINT', // its fast shutdown: sessions end, nothing is lost
    ...(prefix.length > 0 || ids === undefined ? {} : ids),
  });
};

const makeParent = async (dataDir: string): Promise<void> => {
  try {
    await mkdir(dirname(dataDir), { recursive: true });
  } catch (error) {
    throw asDataFolderError(error, dirname(dataDir));
  }
};

/** The folder appears by one rename, with user and database in it, or not at all. */
const initialise = async (
  binaries: PostgresBinaries,
  user: PostgresUser,
  dataDir: string,
  password: string,
): Promise<void> => {
  if (existsSync(dataDir))
    throw new EmbeddedError(
      'X_EMBEDDED_DATA_VERSION',
      `The folder ${dataDir} was not made by Millrace; choose another with --data.`,
    );
  const temporary = `${dataDir}.${randomBytes(4).toString('hex')}.part`;
  const secret = `${temporary}.secret`;
  try {
    await mkdir(temporary, { mode: 0o700 });
    await giveTo(temporary, user);
    await writeFile(secret, `${password}\n`, { mode: 0o600 });
    await giveTo(secret, user);
    await tool(user, dataDir, binaries.initdb, [
      '-D',
      temporary,
      `--username=${name}`,
      `--pwfile=${secret}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
      '--no-sync',
    ]);
    await tool(user, dataDir, '/bin/sh', [
      '-c',
      'echo "CREATE DATABASE $2" | "$0" --single -D "$1" postgres',
      binaries.postgres,
      temporary,
      name,
    ]);
    await chmod(temporary, 0o700);
    await rename(temporary, dataDir);
  } catch (error) {
    throw asDataFolderError(error, dataDir);
  } finally {
    await Promise.all([rm(temporary, { recursive: true, force: true }), rm(secret, { force: true })]);
  }
};

const tool = async (user: PostgresUser, dataDir: string, command: string, args: readonly string[]): Promise<void> => {
  let said = '';
  const child = runAs(user, {
    command,
    args,
    output: 'pipe',
    onOutput: (chunk) => {
      said += chunk;
    },
  });
  const { code } = await child.exited;
  if (code === 0) return;
  const reason = said.split('\n').find((line) => /error|fatal|denied/i.test(line)) ?? `code ${code}`;
  throw (
    explainEnd(said, 0, dataDir) ??
    new EmbeddedError('X_EMBEDDED_EXITED', `Postgres could not make its data folder ${dataDir}: ${reason.trim()}`)
  );
};

const demandVersion = async (binaries: PostgresBinaries, dataDir: string): Promise<void> => {
  const found = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  let said = '';
  const child = spawnGuarded({
    command: binaries.postgres,
    args: ['--version'],
    output: 'pipe',
    onOutput: (chunk) => {
      said += chunk;
    },
  });
  await child.exited;
  const own = /(\d+)\./.exec(said)?.[1];
  if (own === undefined || own === found) return;
  throw new EmbeddedError(
    'X_EMBEDDED_DATA_VERSION',
    `The data folder ${dataDir} belongs to Postgres ${found}, this is Postgres ${own}; choose another with --data.`,
  );
};

const explainEnd = (log: string, port: number, dataDir: string): EmbeddedError | undefined => {
  if (/could not bind|Address already in use/.test(log))
    return new EmbeddedError(
      'X_EMBEDDED_PORT_TAKEN',
      `Port ${port}, which Postgres needs, was taken by another process while it started; choose other ports with --port-base.`,
    );
  if (/No space left on device/.test(log))
    return new EmbeddedError(
      'X_EMBEDDED_DISK_FULL',
      `The disk of the data folder ${dataDir} is full; make room or choose another with --data.`,
    );
  if (/lock file "postmaster.pid" already exists/.test(log))
    return new EmbeddedError(
      'X_EMBEDDED_DATA_IN_USE',
      `Another Postgres is using the data folder ${dataDir}; stop it or choose another with --data.`,
    );
  return undefined;
};
