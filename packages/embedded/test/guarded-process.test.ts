import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { spawnGuarded } from '../src/guarded-process.ts';

const forever = ['-e', 'setInterval(() => {}, 1000)'];

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a guarded process', () => {
  it("has the program's own pid", async () => {
    let said = '';
    const child = spawnGuarded({
      command: process.execPath,
      args: ['-p', 'process.pid'],
      output: 'pipe',
      onOutput: (chunk) => (said += chunk),
    });
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(Number(said)).toBe(child.pid);
  });

  it('is stopped by its stop signal, or by force after the grace', async () => {
    const polite = spawnGuarded({ command: process.execPath, args: forever, output: 'ignore' });
    expect(await polite.stop()).toEqual({ code: null, signal: 'SIGTERM' });
    const up = Promise.withResolvers<void>();
    const stubborn = spawnGuarded({
      command: '/bin/sh',
      args: ['-c', 'trap "" TERM; echo up; while :; do sleep 1; done'],
      output: 'pipe',
      graceMs: 100,
      onOutput: () => up.resolve(),
    });
    await up.promise;
    expect(await stubborn.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('is stopped by an abort, and not even started after one', async () => {
    const controller = new AbortController();
    const child = spawnGuarded({
      command: process.execPath,
      args: forever,
      output: 'ignore',
      signal: controller.signal,
    });
    controller.abort(new Error('enough'));
    expect((await child.exited).signal).toBe('SIGTERM');
    expect(() =>
      spawnGuarded({ command: process.execPath, args: forever, output: 'ignore', signal: controller.signal }),
    ).toThrow('enough');
  });

  it('ends with its parent, whatever killed that', async () => {
    const module = JSON.stringify(new URL('../src/guarded-process.ts', import.meta.url).pathname);
    const program = `import { spawnGuarded } from ${module};
      const child = spawnGuarded({ command: process.execPath, args: ${JSON.stringify(forever)}, output: 'ignore' });
      console.log(child.pid); setInterval(() => {}, 1000);`;
    const parent = spawn(
      process.execPath,
      ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', program],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk))),
    );
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    const deadline = performance.now() + 30_000;
    while (isAlive(pid) && performance.now() < deadline) await pause(20);
    expect(isAlive(pid)).toBe(false);
  });

  it('says that a program does not exist by its exit code', async () => {
    const child = spawnGuarded({ command: '/nowhere/to/be/found', args: [], output: 'ignore' });
    expect((await child.exited).code).toBe(127);
  });
});
