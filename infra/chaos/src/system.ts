import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** The outside contract's state file, as far as this program needs it. */
export interface State {
  readonly ready: boolean;
  readonly pid: number;
  readonly kafka: { readonly brokers: readonly string[] };
  readonly registry: { readonly url: string };
  readonly postgres: { readonly url: string };
  readonly services: Readonly<Record<string, { readonly url: string; readonly pid: number }>>;
  readonly processes: Readonly<Record<string, { readonly pid: number }>>;
  readonly simulators?: Readonly<Record<string, { readonly url: string }>>;
}

export interface RunningSystem {
  readonly stateFile: string;
  stop(): Promise<number | null>;
}

export interface StartOptions {
  readonly root: string;
  readonly data: string;
  readonly portBase: number;
  readonly flows: string | null;
  readonly log: (line: string) => void;
}

export function readState(file: string): State {
  return JSON.parse(readFileSync(file, 'utf8')) as State;
}

/** `npm start` as a user would run it, on its own ports and data; resolves at the ready line. */
export async function startSystem({ root, data, portBase, flows, log }: StartOptions): Promise<RunningSystem> {
  const args = ['infra/setup/run.mjs', 'start', '--data', data, '--port-base', String(portBase), '--no-samples'];
  if (flows !== null) args.push('--flows', flows);
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await readyLine(child, ended, log);
  return {
    stateFile: join(data, 'state.json'),
    stop: async () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function readyLine(
  child: ChildProcess,
  ended: Promise<number | null>,
  log: (line: string) => void,
): Promise<void> {
  if (child.stdout === null) throw new Error('the child was started without a pipe');
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      log(line);
      if (line.includes('Millrace is ready')) resolve();
    });
  });
  const early = ended.then((code) => {
    throw new Error(`npm start ended with ${code} before it was ready`);
  });
  await Promise.race([ready, early]);
  early.catch(() => undefined); // it ends some time; only an end before the ready line is news
}

/** Asks the CLI, as an operator would. */
export async function millrace<T>(root: string, stateFile: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['services/dlq-replayer/bin/millrace.mjs', ...args, '--json'],
    {
      cwd: root,
      env: { ...process.env, MILLRACE_STATE: stateFile },
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  return JSON.parse(stdout) as T;
}
