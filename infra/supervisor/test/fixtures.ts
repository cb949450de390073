import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const standIn = (name: string): string => join(import.meta.dirname, 'stand-ins', name);

/** A folder that goes when the test ends. */
export const temporaryFolder = async (): Promise<{ readonly path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'millrace-supervisor-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};

/** Polls until it holds; the deadline is a failure. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 40_000,
): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
    await pause(20);
  }
};

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Runs a stand-in and resolves with it and its first line. */
export const runStandIn = (
  name: string,
  ...args: readonly string[]
): Promise<{ readonly child: ChildProcess; readonly line: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', standIn(name), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('\n')) resolve({ child, line: said.split('\n')[0] ?? '' });
    });
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
