#!/usr/bin/env node
// `millrace` for any Node from 20 on: finds the pinned Node 24 (or fetches it, once), and runs the CLI in it.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(realpathSync(fileURLToPath(import.meta.url)));
const root = join(here, '../../..');
const cli = join(here, '../src/main.ts');
const hasDependencies = existsSync(join(here, '../node_modules/commander'));
const say = (message) => process.stderr.write(`millrace: ${message}\n`);

const inOtherNode = async () => {
  const { ensureToolchain } = await import('../../../infra/setup/toolchain.mjs');
  const { env, node } = await ensureToolchain(say);
  if (!hasDependencies) {
    const { ensureDependencies } = await import('../../../infra/setup/dependencies.mjs');
    await ensureDependencies(root, env, say);
  }
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit', env });
  // A terminal's Ctrl-C reaches the child by itself; others reach only us.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {});
  child.on('error', (error) => {
    say(`Node 24 could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
};

if (Number(process.versions.node.split('.')[0]) >= 24 && hasDependencies) {
  nodeModule.enableCompileCache(); // a command should answer at once
  await import(cli);
} else {
  try {
    await inOtherNode();
  } catch (error) {
    if (error?.name !== 'SetupError') throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
