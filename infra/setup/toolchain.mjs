import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { cacheFolder, toolEnvironment } from './environment.mjs';
import { SetupError, Stopped } from './setup-error.mjs';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const root = join(here, '../..');

/** Node 24 and pnpm: their folders and the environment to run them in. */
export const ensureToolchain = async (say) => {
  const target = `${process.platform}-${process.arch}`;
  const pinned = ['linux-x64', 'linux-arm64'].includes(target) && !process.env.MILLRACE_OWN_TOOLS;
  const folders = pinned ? await ensurePinned(target, say) : ownTools();
  return {
    env: toolEnvironment(process.env, [...folders, join(root, 'node_modules/.bin')]),
    node: folders.length > 0 ? join(folders[0], 'node') : process.execPath,
  };
};

const ensurePinned = async (target, say) => {
  const lock = readFileSync(join(here, 'package-lock.json'));
  const parent = join(cacheFolder(), 'toolchain');
  const folder = join(parent, createHash('sha256').update(lock).digest('hex').slice(0, 16));
  if (!existsSync(folder)) await install(parent, folder, target, say);
  return toolFolders(folder, target);
};

const toolFolders = (folder, target) => [
  join(folder, 'node_modules', `node-${target}`, 'bin'),
  join(folder, 'node_modules/@pnpm', `exe.${target}`),
];

/** Into a folder beside it, then one rename: a run that is killed leaves nothing that a later one would trust. */
const install = async (parent, folder, target, say) => {
  mkdirSync(parent, { recursive: true });
  sweep(parent);
  const temporary = `${folder}.${randomBytes(4).toString('hex')}.part`;
  try {
    mkdirSync(temporary);
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(here, file), join(temporary, file));
    say('fetching Node 24 and pnpm (250 MB, once)');
    await npmInstall(temporary);
    for (const [tool, path] of toolFolders(temporary, target).map((bin, index) => [index === 0 ? 'node' : 'pnpm', bin]))
      demandRuns(tool, path);
    try {
      renameSync(temporary, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error; // another run was first, which is as good
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
};

const npmInstall = async (cwd) => {
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const lines = [];
  const args = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--include=optional',
    '--loglevel=error',
  ];
  const { code, stopped } = await runChild(npm[0], [...npm.slice(1), ...args], {
    cwd,
    onLine: (line) => lines.push(line),
  });
  if (stopped) throw new Stopped();
  if (code === 0) return;
  const reason =
    lines.find(
      (line) => /error/i.test(line) && /network|ENOTFOUND|ECONN|ETIMEDOUT|404|403|ENOSPC|EACCES|integrity/i.test(line),
    ) ??
    lines.at(-1) ??
    `npm ended with ${code}`;
  throw new SetupError(
    `Node 24 and pnpm could not be fetched from the npm registry: ${reason.replace(/^npm (error|ERR!) ?/, '').trim()}`,
  );
};

/** An optional package that fails to install does so silently, and a binary for another libc does not start. */
const demandRuns = (tool, folder) => {
  try {
    execFileSync(join(folder, tool), ['--version'], { stdio: 'ignore' });
  } catch {
    throw new SetupError(
      `The ${tool} from the npm registry does not run on this system; install Node 24 and pnpm 10.34.8 yourself and run again with MILLRACE_OWN_TOOLS=1.`,
    );
  }
};

const ownTools = () => {
  const major = Number(process.versions.node.split('.')[0]);
  const pnpm = (() => {
    try {
      return execFileSync('pnpm', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return undefined;
    }
  })();
  if (major >= 24 && pnpm !== undefined) return [];
  throw new SetupError(
    'On this system Millrace needs Node 24 or newer and pnpm; install Node 24 and run: npm install --global pnpm@10.34.8',
  );
};

const hour = 3_600_000;

/** Removes what killed runs left; not what a run beside us is filling now. */
const sweep = (parent) => {
  for (const name of readdirSync(parent).filter((entry) => entry.endsWith('.part'))) {
    const path = join(parent, name);
    if (Date.now() - statSync(path).mtimeMs > hour) rmSync(path, { recursive: true, force: true });
  }
};
