#!/usr/bin/env node
// Set-up and start of every root command: plain JavaScript without dependencies, for any Node from 20 on.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { cacheFolder } from './environment.mjs';
import { inspectMachine, missingSentence } from './machine.mjs';
import { SetupError, Stopped } from './setup-error.mjs';
import { ensureToolchain } from './toolchain.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
// npm runs a script in the package's folder and says where the command was typed.
const invokedFrom = process.env.npm_lifecycle_event ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** What each command runs once the tools are there, and whether it needs Kafka, the registry and Postgres. */
const verbs = {
  // It watches the others: with a small young generation and two malloc arenas it holds 50 MB less.
  start: {
    run: ['--max-semi-space-size=2', 'infra/supervisor/src/main.ts'],
    servers: 'start',
    env: { MALLOC_ARENA_MAX: '2' },
  },
  test: { run: jest, servers: 'test' },
  check: { run: ['infra/setup/check.mjs'] },
  generate: { run: ['infra/setup/generate.mjs'] },
  retrain: { run: ['packages/models/scripts/check-retrain.ts'] },
  bench: { run: ['infra/bench/src/main.ts'], servers: 'start' },
  chaos: { run: ['infra/chaos/src/main.ts'] },
};

// Progress goes to the error stream: what a command prints for programs stays alone on its output.
const say = (message) => process.stderr.write(`millrace: ${message}\n`);

const main = async ([name, ...args]) => {
  const verb = Object.hasOwn(verbs, name ?? '') ? verbs[name] : undefined;
  if (verb === undefined) throw new SetupError(`Say what to run: ${Object.keys(verbs).join(', ')}.`);
  if (verb.servers !== undefined) {
    const machine = await inspectMachine(root);
    if (!machine.embedded) {
      if (!machine.docker) throw new SetupError(missingSentence(machine));
      if (verb.servers === 'start') return compose(name, args);
    }
  }
  const { env, node } = await ensureToolchain(say);
  await ensureDependencies(root, env, say);
  const forNode = { NODE_COMPILE_CACHE: join(cacheFolder(), 'node-compile-cache'), MILLRACE_INVOKED_FROM: invokedFrom };
  return (await runChild(node, [...verb.run, ...args], { cwd: root, env: { ...env, ...forNode, ...verb.env } })).code;
};

/** A machine with Docker and without Java: the same parts from images. */
const compose = async (name, args) => {
  if (name !== 'start' || args.length > 0) {
    throw new SetupError(
      `Here is Docker and no Java with Maven: run docker compose up, which has none of the options of npm ${name === 'start' ? 'start' : `run ${name}`}.`,
    );
  }
  say('here is Docker and no Java with Maven, so this runs: docker compose up --build');
  return (await runChild('docker', ['compose', 'up', '--build'], { cwd: root })).code;
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof Stopped) process.exitCode = 130;
  else if (error instanceof SetupError) {
    say(error.message);
    process.exitCode = 1;
  } else {
    const full =
      error.code === 'ENOSPC'
        ? 'the disk is full'
        : ['EACCES', 'EROFS', 'EPERM'].includes(error.code)
          ? `${error.path ?? 'a folder'} cannot be written`
          : undefined;
    if (full === undefined) throw error;
    say(`Set-up stopped: ${full}.`);
    process.exitCode = 1;
  }
}
