import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createFreezer } from '../src/processes.ts';

/** Its first letter: T for stopped. */
const stateOf = async (pid: number): Promise<string> => {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
  }
  return (await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)])).stdout[0] ?? '';
};
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('waited 10 s');
    await pause(10);
  }
};

describe('a freezer', () => {
  it('stops a process with its children, and lets all of them go on', async () => {
    const parent = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const family = [parent.pid ?? 0, Number(said.toString())];
    const areStopped = async (): Promise<readonly boolean[]> =>
      Promise.all(family.map(async (pid) => (await stateOf(pid)) === 'T'));
    const freezer = createFreezer();
    try {
      await freezer.freeze(parent.pid ?? 0);
      await until(async () => (await areStopped()).every(Boolean));
      freezer.thawAll();
      await until(async () => !(await areStopped()).some(Boolean));
    } finally {
      for (const pid of family) process.kill(pid, 'SIGKILL');
    }
  });

  it('lets go on what has ended meanwhile without a word', async () => {
    const ended = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(ended, 'exit');
    const freezer = createFreezer();
    await freezer.freeze(ended.pid ?? 0);
    expect(() => freezer.thawAll()).not.toThrow();
  });
});
