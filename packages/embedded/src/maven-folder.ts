import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { EmbeddedError } from './errors.ts';
import { spawnGuarded } from './guarded-process.ts';
import { hasMaven, installCommand } from './java.ts';
import type { Progress } from './part.ts';

/** Files that a pom fetches into `${millrace.output}`. */
export interface MavenFolder {
  readonly pom: string;
  /** Folder of the cache in which this pom's folders stand. */
  readonly name: string;
  /** For people: what is being fetched. */
  readonly what: string;
  readonly megabytes: number;
  /** What Maven leaves there beside. */
  readonly scrap?: readonly string[];
}

/**
 * Runs Maven once for each content of the pom; later calls need neither Maven nor network. The folder appears by one
 * rename, so a run that is killed leaves nothing that a later one would trust.
 */
export const ensureMavenFolder = async (
  wanted: MavenFolder,
  onProgress: Progress = () => {},
  signal?: AbortSignal,
): Promise<string> => {
  const parent = join(cacheFolder(), wanted.name);
  const xml = await readFile(wanted.pom, 'utf8');
  const folder = join(parent, createHash('sha256').update(xml).digest('hex').slice(0, 16));
  if (!existsSync(folder)) await download(wanted, parent, folder, onProgress, signal);
  return folder;
};

const download = async (
  wanted: MavenFolder,
  parent: string,
  folder: string,
  onProgress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> => {
  if (!(await hasMaven())) {
    throw new EmbeddedError(
      'X_EMBEDDED_MAVEN_MISSING',
      `Maven is needed once to fetch ${wanted.what}; install it with: ${installCommand('maven')}`,
    );
  }
  await mkdir(parent, { recursive: true });
  await sweep(parent);
  const temporary = `${folder}.${randomBytes(4).toString('hex')}.part`;
  try {
    onProgress(`fetching ${wanted.what} (${wanted.megabytes} MB, once)`);
    await runMaven(wanted, temporary, onProgress, signal);
    for (const name of wanted.scrap ?? []) await rm(join(temporary, name), { recursive: true, force: true });
    await rename(temporary, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // another run was first, which is as good
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

const runMaven = async (
  { pom, what }: MavenFolder,
  output: string,
  onProgress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> => {
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
  throw new EmbeddedError('X_EMBEDDED_DOWNLOAD_FAILED', `${what} could not be fetched: ${reason.slice(0, 300)}`);
};

/** Removes what killed runs left; not what a run beside us is filling now. */
const sweep = async (parent: string): Promise<void> => {
  const hour = 3_600_000;
  for (const name of (await readdir(parent)).filter((entry) => entry.endsWith('.part'))) {
    const { mtimeMs } = await stat(join(parent, name));
    if (Date.now() - mtimeMs > hour) await rm(join(parent, name), { recursive: true, force: true });
  }
};
