import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { cacheFolder } from './environment.mjs';
import { withLock } from './lock.mjs';
import { SetupError, Stopped } from './setup-error.mjs';

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Everything that decides what `pnpm install` makes: lockfile, workspace file, manifests, patches. */
export const dependencyHash = (root) => {
  const hash = createHash('sha256');
  const manifests = ['packages', 'services', 'infra'].flatMap((parent) =>
    existsSync(join(root, parent))
      ? readdirSync(join(root, parent)).map((name) => join(parent, name, 'package.json'))
      : [],
  );
  const patches = existsSync(join(root, 'infra/patches'))
    ? readdirSync(join(root, 'infra/patches')).map((name) => join('infra/patches', name))
    : [];
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests.sort(), ...patches.sort()])
    hash.update(`${file}\0${read(join(root, file))}\0`);
  return hash.digest('hex');
};

/** Runs `pnpm install` only when something that decides its result has changed since it last succeeded. */
export const ensureDependencies = async (root, env, say) => {
  const folder = join(root, 'node_modules/.cache/millrace');
  const stamp = join(folder, 'installed');
  const wanted = dependencyHash(root);
  if (read(stamp) === wanted) return;
  mkdirSync(cacheFolder(), { recursive: true });
  const lock = join(cacheFolder(), `install-${createHash('sha256').update(root).digest('hex').slice(0, 12)}.lock`);
  await withLock(lock, say, async () => {
    if (read(stamp) === wanted) return; // another run was first
    rmSync(stamp, { force: true }); // an install that is killed midway must not pass for a whole one
    say('installing dependencies');
    const lines = [];
    // CI: never ask whether an unfinished node_modules may be removed.
    const { code, stopped } = await runChild(
      'pnpm',
      ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'],
      {
        cwd: root,
        env: { ...env, CI: 'true' },
        onLine: (line) => lines.push(line),
      },
    );
    if (stopped) throw new Stopped();
    if (code !== 0) {
      const reason =
        lines.find((line) => /ERR_|ERROR|\bENOSPC\b/.test(line)) ?? lines.at(-1) ?? `pnpm ended with ${code}`;
      throw new SetupError(`The dependencies could not be installed: ${reason.trim()}`);
    }
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${stamp}.part`, wanted);
    renameSync(`${stamp}.part`, stamp);
  });
};
