import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const setup = join(import.meta.dirname, '..');

describe('the bootstrap', () => {
  let bin = '';
  beforeAll(async () => {
    bin = await mkdtemp(join(tmpdir(), 'millrace-path-'));
    await symlink(process.execPath, join(bin, 'node'));
  });
  afterAll(() => rm(bin, { recursive: true, force: true }));

  const run = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [join(setup, 'run.mjs'), ...args], {
      encoding: 'utf8',
      env: { ...process.env, PATH: bin, MILLRACE_CACHE: join(bin, 'cache') },
    });

  it.each(['start', 'test'])('%s says in one sentence that Java, Maven and Docker are missing', (verb) => {
    const { status, stderr } = run(verb);
    expect(stderr).toMatch(
      /^millrace: Millrace needs Java 17 or newer and Maven to run Kafka here, or Docker; install with: \S+ install \S+ maven\n$/,
    );
    expect(status).toBe(1);
  });

  it('names the commands when it is given none that it knows', () => {
    expect(run('strat').stderr).toBe(
      'millrace: Say what to run: start, test, check, generate, retrain, bench, chaos.\n',
    );
  });

  it('runs docker compose up where only Docker answers', async () => {
    const docker = join(bin, 'docker');
    await writeFile(docker, '#!/bin/sh\n[ "$1" = info ] || echo "docker $*" >&2\n');
    await chmod(docker, 0o755);
    const { status, stderr } = run('start');
    await rm(docker);
    expect(stderr).toBe(
      'millrace: here is Docker and no Java with Maven, so this runs: docker compose up --build\ndocker compose up --build\n',
    );
    expect(status).toBe(0);
  });
});

describe('a command that the bootstrap runs', () => {
  const text = (child: ChildProcess, wanted: RegExp): Promise<string> =>
    new Promise((resolve) => {
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (wanted.test(said)) resolve(said);
      });
    });
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const program = `
    import { runChild } from ${JSON.stringify(join(setup, 'child.mjs'))};
    const forever = "process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000); console.log('child ' + process.pid)";
    process.exitCode = (await runChild(process.execPath, ['-e', forever])).code;`;

  it('gets SIGTERM, and its exit code is the exit code', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await text(parent, /child \d+\n/);
    const code = new Promise((resolve) => parent.once('exit', resolve));
    parent.kill('SIGTERM');
    expect(await code).toBe(7);
  });

  it("ends when npm's shell dies of SIGTERM without telling anybody", async () => {
    const shell = spawn('/bin/sh', ['-c', '"$0" --input-type=module -e "$1"; :', process.execPath, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await text(shell, /child \d+\n/);
    const pid = Number(/child (\d+)/.exec(said)?.[1]);
    const closed = new Promise((resolve) => shell.once('close', resolve)); // the pipe closes when the last holder is gone
    shell.kill('SIGTERM');
    await closed;
    expect(isAlive(pid)).toBe(false);
  });
});
