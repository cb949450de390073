import { execFile } from 'node:child_process';
import { platform } from 'node:os';
import { promisify } from 'node:util';
import { EmbeddedError } from './errors.ts';

const run = promisify(execFile);

export interface Java {
  readonly command: string;
  readonly major: number;
  /** The whole version text: an archive of classes fits exactly one build. */
  readonly version: string;
}

/** The command that installs what is missing, for this system. */
export const installCommand = (...wanted: readonly ('java' | 'maven')[]): string => {
  const names =
    platform() === 'darwin' ? { java: 'openjdk@21', maven: 'maven' } : { java: 'default-jre-headless', maven: 'maven' };
  const tool = platform() === 'darwin' ? 'brew install' : 'apt-get install';
  return `${tool} ${wanted.map((name) => names[name]).join(' ')}`;
};

/** Reads `java -version`; undefined when it says nothing of the kind. */
export const javaMajor = (text: string): number | undefined => {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(text);
  if (match === null) return undefined;
  const [, first, second] = match;
  return Number(first === '1' ? second : first); // 1.8 is 8
};

/** Rejects with one sentence and the command to run when there is no Java 17 or newer. */
export const findJava = async (): Promise<Java> => {
  const found = await run('java', ['-version']).catch(() => undefined);
  const major = found === undefined ? undefined : javaMajor(found.stderr);
  if (found !== undefined && major !== undefined && major >= 17)
    return { command: 'java', major, version: found.stderr.trim() };
  const has = major === undefined ? 'there is none here' : `here is Java ${major}`;
  throw new EmbeddedError(
    'X_EMBEDDED_JAVA_MISSING',
    `Kafka needs Java 17 or newer and ${has}; install it with: ${installCommand('java', 'maven')}`,
  );
};

/** True when `mvn` answers. */
export const hasMaven = async (): Promise<boolean> =>
  run('mvn', ['-v']).then(
    () => true,
    () => false,
  );
