import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePorts } from '@millrace/embedded';

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

export interface Run {
  readonly url: string;
  stop(): void;
  kill(): void;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Runs `main.ts` as a process of its own; `SIGKILL` at the end of the test is the caller's. */
export async function runMain(env: Readonly<Record<string, string>>): Promise<Run> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      MILLRACE_PORT: String(port),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stderr })),
  };
}

/** Asks until it answers with this status, or the deadline passes. */
export async function answers(url: string, status: number): Promise<unknown> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === status) return await response.json();
    if (Date.now() > deadline) throw new Error(`${url} did not answer ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Asks until the claim holds, or the deadline passes. */
export async function happens(claim: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await claim())) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
