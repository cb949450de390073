import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';

const fixture = join(import.meta.dirname, 'fixtures/service.ts');

class Run {
  readonly lines: string[] = [];
  readonly logs: { msg: string; level: string }[] = [];
  readonly child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<number | null>;
  #changed = Promise.withResolvers<void>();

  constructor(ending: string, env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [fixture, ending], { env: { ...process.env, ...env } });
    this.child.stderr.resume();
    this.#exit = once(this.child, 'close').then(([code]) => code as number | null);
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      if (line.startsWith('#')) this.lines.push(line.slice(1));
      else this.logs.push(JSON.parse(line));
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  exit(): Promise<number | null> {
    return this.#exit;
  }

  async logged(message: string): Promise<void> {
    while (!this.logs.some(({ msg }) => msg === message)) await this.#changed.promise;
  }

  async said(start: string): Promise<void> {
    while (!this.lines.some((line) => line.startsWith(start))) await this.#changed.promise;
  }

  url(): string {
    return this.lines.find((line) => line.startsWith('url '))?.slice(4) ?? '';
  }
}

const inOrder = ['open first', 'open second', 'close third', 'close second', 'close first'];

describe('runService', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`closes in reverse and exits 0 on ${signal}`, async () => {
      const run = new Run('wait');
      await run.logged('Service ready');
      const ready = await fetch(`${run.url()}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([200, { ready: true, phase: 'ready', checks: {} }]);
      run.child.kill(signal);
      expect(await run.exit()).toBe(0);
      expect(run.lines.filter((line) => !line.startsWith('url'))).toEqual(inOrder);
    });
  }

  it('stops in order when the parent that holds its standard input dies', async () => {
    const run = new Run('wait', { MILLRACE_PARENT: 'pipe' });
    await run.logged('Service ready');
    run.child.stdin.end();
    expect(await run.exit()).toBe(0);
    expect(run.lines).toContain('close first');
  });

  it('closes what it opened and exits 1 when a part does not open', async () => {
    const run = new Run('open-fails');
    expect(await run.exit()).toBe(1);
    expect(run.lines).toEqual(['open first', 'close second', 'close first']);
  });

  it('stops in order while a part is still opening', async () => {
    const run = new Run('open-hangs');
    await run.said('url');
    run.child.kill('SIGTERM');
    expect(await run.exit()).toBe(0);
    expect(run.lines.filter((line) => !line.startsWith('url'))).toEqual(inOrder);
  });

  it('ends with 1 when closing outlasts the grace period', async () => {
    const run = new Run('close-hangs');
    await run.logged('Service ready');
    run.child.kill('SIGTERM');
    expect(await run.exit()).toBe(1);
    expect(run.logs.map(({ msg }) => msg)).toContain('Drain took longer than the grace period');
  });

  it('exits 78 when fenced, 1 when a part cannot go on, both in order', async () => {
    const [fenced, fatal] = [new Run('fenced'), new Run('fatal')];
    expect([await fenced.exit(), await fatal.exit()]).toEqual([78, 1]);
    expect(fenced.lines).toContain('close first');
    expect(fatal.logs.filter(({ level }) => level === 'fatal').map(({ msg }) => msg)).toEqual(['Service cannot go on']);
  });

  it('exits 1 at once on an error that nobody caught', async () => {
    const run = new Run('uncaught');
    expect(await run.exit()).toBe(1);
    expect(run.logs.map(({ msg }) => msg)).toContain('Error that nobody caught');
    expect(run.lines).not.toContain('close first');
  });
});
