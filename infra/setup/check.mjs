// Everything that is checked without running the system: generated files, lint, borders between packages, types.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { generate } from './generate.mjs';

const root = join(import.meta.dirname, '../..');

const tracked = () =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));

const fingerprints = () =>
  new Map(
    tracked().map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex'),
    ]),
  );

const generatedFiles = async () => {
  const before = fingerprints();
  const code = await generate();
  if (code !== 0) return false;
  const after = fingerprints();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  if (changed.length > 0)
    console.error(`These generated files were stale and are fresh now; commit them:\n  ${changed.join('\n  ')}`);
  return changed.length === 0;
};

const passes = async (command, ...args) => (await runChild(command, args, { cwd: root })).code === 0;

/** The tool sees no .ts file and reports success when its own TypeScript is missing, so what it saw is counted. */
const borders = () => {
  const { stdout, status } = spawnSync(
    'depcruise',
    ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'packages', 'services', 'infra'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  const { summary } = JSON.parse(stdout);
  for (const { rule, from, to } of summary.violations) console.error(`  ${rule.name}: ${from} → ${to}`);
  const expected = tracked().filter((path) => /^(packages|services|infra)\/.*\.ts$/.test(path)).length;
  if (summary.totalCruised < expected)
    console.error(
      `dependency-cruiser saw ${summary.totalCruised} modules, fewer than the ${expected} .ts files there are`,
    );
  return status === 0 && summary.error === 0 && summary.totalCruised >= expected;
};

const steps = [
  ['generated files', generatedFiles],
  ['lint', () => passes('biome', 'check', '--error-on-warnings', '.')],
  ['borders', borders],
  ['types', () => passes('turbo', 'run', 'typecheck', '--continue', '--output-logs=errors-only')],
];

const failed = [];
for (const [name, step] of steps) {
  const started = performance.now();
  const ok = await step();
  console.error(`${ok ? '✓' : '✗'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (!ok) failed.push(name);
}
if (failed.length > 0) console.error(`check failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
