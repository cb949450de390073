import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { EmbeddedError } from './errors.ts';
import { spawnGuarded } from './guarded-process.ts';
import { findJava, hasMaven, installCommand, type Java } from './java.ts';
import type { Progress } from './part.ts';

/** Kafka and the registry on disk, and the Java that runs them. */
export interface JavaParts {
  readonly java: Java;
  readonly folder: string;
  readonly kafkaVersion: string;
  readonly registryVersion: string;
  readonly kafkaClassPath: string;
  readonly registryClassPath: string;
}

const pom = join(import.meta.dirname, '../../../infra/embedded/pom.xml');

const property = (xml: string, name: string): string => {
  const value = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
  if (value === undefined) throw new Error(`infra/embedded/pom.xml has no ${name}`);
  return value;
};

/**
 * Fetches Kafka and the registry by Maven, once for each content of the pom; later calls need neither Maven nor network.
 * The folder appears by one rename, so a run that is killed leaves nothing that a later one would trust.
 */
export const ensureJavaParts = async (onProgress: Progress = () => {}, signal?: AbortSignal): Promise<JavaParts> => {
  const [java, xml] = await Promise.all([findJava(), readFile(pom, 'utf8')]);
  const parent = join(cacheFolder(), 'embedded');
  const folder = join(parent, createHash('sha256').update(xml).digest('hex').slice(0, 16));
  if (!existsSync(folder)) await download(parent, folder, onProgress, signal);
  const jars = (await readdir(join(folder, 'kafka'))).filter((name) => name.endsWith('.jar')).sort();
  const registryVersion = property(xml, 'registry.version');
  return {
    java,
    folder,
    kafkaVersion: property(xml, 'kafka.version'),
    registryVersion,
    kafkaClassPath: jars.map((name) => join(folder, 'kafka', name)).join(':'),
    registryClassPath: join(folder, 'registry', `apicurio-registry-app-${registryVersion}-runner.jar`),
  };
};

const download = async (
  parent: string,
  folder: string,
  onProgress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> => {
  if (!(await hasMaven())) {
    throw new EmbeddedError(
      'X_EMBEDDED_MAVEN_MISSING',
      `Maven is needed once to fetch Kafka and the schema registry; install it with: ${installCommand('maven')}`,
    );
  }
  await mkdir(parent, { recursive: true });
  await sweep(parent);
  const temporary = `${folder}.${randomBytes(4).toString('hex')}.part`;
  try {
    onProgress('fetching Kafka and the schema registry (180 MB, once)');
    await runMaven(temporary, onProgress, signal);
    await rm(join(temporary, 'markers'), { recursive: true, force: true });
    await rename(temporary, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // another run was first, which is as good
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

const runMaven = async (output: string, onProgress: Progress, signal: AbortSignal | undefined): Promise<void> => {
  let files = 0;
  let said = '';
  const maven = spawnGuarded({
    command: 'mvn',
    args: ['-B', '-T1C', '-f', pom, `-Dmillrace.output=${output}`, 'package'],
    output: 'pipe',
    signal,
    onOutput(chunk) {
      said = (said + chunk).slice(-20_000);
      for (const [, url] of chunk.matchAll(/Downloaded from \S+: (\S+\.(?:jar|tar\.gz))/g)) {
        files += 1;
        onProgress(`fetched ${basename(url ?? '')} (${files} files)`);
      }
    },
  });
  const { code } = await maven.exited;
  if (code === 0) return;
  const reason = /\[ERROR\] (.+)/.exec(said)?.[1] ?? `mvn ended with ${code}`;
  throw new EmbeddedError(
    'X_EMBEDDED_DOWNLOAD_FAILED',
    `Kafka and the schema registry could not be fetched: ${reason.slice(0, 300)}`,
  );
};

/** Removes what killed runs left; not what a run beside us is filling now. */
const sweep = async (parent: string): Promise<void> => {
  const hour = 3_600_000;
  for (const name of (await readdir(parent)).filter((entry) => entry.endsWith('.part'))) {
    const { mtimeMs } = await stat(join(parent, name));
    if (Date.now() - mtimeMs > hour) await rm(join(parent, name), { recursive: true, force: true });
  }
};
