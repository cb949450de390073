// Runs every workspace member's own `generate`, one after the other: contracts first, because others read its constants.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';

const root = join(import.meta.dirname, '../..');

const members = () =>
  ['packages', 'services', 'infra']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .filter(
      (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).scripts?.generate !== undefined,
    )
    .sort((one, other) => Number(other === 'packages/contracts') - Number(one === 'packages/contracts'));

/** Resolves with the exit code of the first that fails, or 0. */
export const generate = async (stdio = 'inherit') => {
  for (const folder of members()) {
    const { code } = await runChild('pnpm', ['--silent', 'run', 'generate'], { cwd: join(root, folder), stdio });
    if (code !== 0) return code;
  }
  return 0;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await generate();
