import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The service itself, as it runs in production. */
export interface GatewayProcess {
  readonly url: string;
  readonly adminUrl: string;
  /** The signal is sent; resolves to the exit code, or null after a kill. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  logs(): string;
}

export async function startGateway(env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    // Nothing of the test's own environment: what the service needs is what is named.
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = `http://127.0.0.1:${env['MILLRACE_PORT']}`;
  const deadline = Date.now() + 20_000;
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`the gateway did not start:\n${chunks.join('')}`);
    const isAlive = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isAlive) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url,
    adminUrl: `http://127.0.0.1:${env['MILLRACE_ADMIN_PORT']}`,
    end: async (signal) => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
    logs: () => chunks.join(''),
  };
}
