import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveUse, archiveFlags, findArchive } from './class-archive.ts';
import { asDataFolderError, EmbeddedError } from './errors.ts';
import { spawnGuarded } from './guarded-process.ts';
import { ensureJavaParts, type JavaParts } from './java-parts.ts';
import type { Progress, RunningPart } from './part.ts';
import { demandFreePort } from './ports.ts';
import { openServerLog } from './server-log.ts';
import { waitUntilReady } from './wait-until-ready.ts';
import { writeAtomically } from './write-atomically.ts';

export interface RegistryOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly host?: string;
  readonly logFile?: string;
  readonly parts?: JavaParts;
  readonly archive?: ArchiveUse;
  readonly onProgress?: Progress;
  /** As in `startKafka`. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface RunningRegistry extends RunningPart {
  /** The Confluent-compatible API. */
  readonly url: string;
}

/** Starts Apicurio Registry on a file of its own and resolves when its Confluent-compatible API answers. */
export const startRegistry = async (options: RegistryOptions): Promise<RunningRegistry> => {
  const { dataDir, port, host = '127.0.0.1', onProgress = () => {} } = options;
  const parts = options.parts ?? (await ensureJavaParts(onProgress, options.signal));
  await demandFreePort('the schema registry', port, host);
  await claimFolder(dataDir, parts.registryVersion);
  const log = await openServerLog(options.logFile ?? join(dataDir, 'server.log'));
  onProgress('starting');
  const child = spawnGuarded({
    command: parts.java.command,
    args: [
      '-Xms48m',
      '-Xmx320m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...archiveFlags(options.archive ?? findArchive(parts, 'registry')),
      `-DHTTP_PORT=${port}`,
      `-DQUARKUS_HTTP_HOST=${host}`,
      `-Dquarkus.http.host=${host}`,
      `-DREGISTRY_DATASOURCE_URL=jdbc:h2:file:${join(dataDir, 'registry')}`,
      // The shipped pool opens 20 connections to a file of its own before it answers.
      '-Dquarkus.datasource.jdbc.initial-size=1',
      '-Dquarkus.datasource.jdbc.min-size=1',
      '-Dquarkus.datasource.jdbc.max-size=8',
      '-Dquarkus.vertx.event-loops-pool-size=2',
      '-Dquarkus.thread-pool.core-threads=2',
      '-Dquarkus.thread-pool.max-threads=16',
      '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
      '-cp',
      parts.registryClassPath,
      'io.quarkus.runner.GeneratedMain',
    ],
    cwd: dataDir,
    output: log.descriptor,
    signal: options.signal,
  });
  log.release();
  const url = `http://${host}:${port}/apis/ccompat/v7`;
  await waitUntilReady({
    part: 'The schema registry',
    child,
    log,
    timeoutMs: options.timeoutMs ?? 60_000,
    explain: (text) => explainEnd(text, port, dataDir),
    isReady: async () => {
      // Its own word that it has the port comes first: another registry there would answer as well.
      if (!(await log.read()).includes(`Listening on: http://${host}:${port}`)) return false;
      const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      return response.ok;
    },
  });
  return {
    url,
    pid: child.pid,
    exited: child.exited,
    isAlive: child.isAlive,
    stop: async () => {
      await child.stop();
    },
  };
};

const explainEnd = (log: string, port: number, dataDir: string): EmbeddedError | undefined => {
  if (/Port \d+ seems to be in use|Address already in use/.test(log)) {
    return new EmbeddedError(
      'X_EMBEDDED_PORT_TAKEN',
      `Port ${port}, which the schema registry needs, was taken by another process while it started; choose other ports with --port-base.`,
    );
  }
  if (/No space left on device/.test(log))
    return new EmbeddedError(
      'X_EMBEDDED_DISK_FULL',
      `The disk of the data folder ${dataDir} is full; make room or choose another with --data.`,
    );
  if (/Database may be already in use/.test(log))
    return new EmbeddedError(
      'X_EMBEDDED_DATA_IN_USE',
      `Another schema registry is using the data folder ${dataDir}; stop it or choose another with --data.`,
    );
  return undefined;
};

/** The registry makes its own tables; the folder only needs to say whose they are. */
const claimFolder = async (dataDir: string, version: string): Promise<void> => {
  const marker = join(dataDir, 'millrace-registry.json');
  try {
    await mkdir(dataDir, { recursive: true });
    if (!existsSync(marker)) {
      await writeAtomically(marker, `${JSON.stringify({ version })}\n`);
      return;
    }
  } catch (error) {
    throw asDataFolderError(error, dataDir);
  }
  const found = JSON.parse(await readFile(marker, 'utf8')) as { readonly version: string };
  if (found.version.split('.')[0] === version.split('.')[0]) return;
  throw new EmbeddedError(
    'X_EMBEDDED_DATA_VERSION',
    `The data folder ${dataDir} belongs to registry ${found.version}, this is ${version}; choose another with --data.`,
  );
};
