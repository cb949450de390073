import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './environment.mjs';

const run = promisify(execFile);

/** The major version in the words of `java -version`; undefined when there is none. */
export const javaMajor = (text) => {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return first === undefined ? undefined : Number(first === '1' ? second : first);
};

/** What this machine can run the servers with. */
export const inspectMachine = async (root) => {
  const java = await run('java', ['-version']).then(
    ({ stderr }) => javaMajor(stderr),
    () => undefined,
  );
  const hasJava = java !== undefined && java >= 17;
  const fetched = existsSync(embeddedFolder(root));
  const hasMaven = fetched || (await answers('mvn', ['-v']));
  const embedded = hasJava && hasMaven;
  return { java, hasJava, hasMaven, embedded, docker: !embedded && (await answers('docker', ['info'])) };
};

/** Where `packages/embedded` keeps Kafka and the registry for this pom: with it there, Maven is not needed. */
const embeddedFolder = (root) =>
  join(
    cacheFolder(),
    'embedded',
    createHash('sha256')
      .update(readFileSync(join(root, 'infra/embedded/pom.xml'), 'utf8'))
      .digest('hex')
      .slice(0, 16),
  );

const answers = (command, args) =>
  run(command, args, { timeout: 15_000 }).then(
    () => true,
    () => false,
  );

/** One sentence and the command that mends it; undefined when nothing is missing. */
export const missingSentence = ({ java, hasJava, hasMaven }, system = platform()) => {
  if (hasJava && hasMaven) return undefined;
  const packages =
    system === 'darwin' ? { java: 'openjdk@21', maven: 'maven' } : { java: 'default-jre-headless', maven: 'maven' };
  const names = [...(hasJava ? [] : [packages.java]), ...(hasMaven ? [] : [packages.maven])].join(' ');
  const what = [
    ...(hasJava ? [] : [java === undefined ? 'Java 17 or newer' : `Java 17 or newer (here is ${java})`]),
    ...(hasMaven ? [] : ['Maven']),
  ].join(' and ');
  return `Millrace needs ${what} to run Kafka here, or Docker; install with: ${system === 'darwin' ? 'brew' : 'apt-get'} install ${names}`;
};
