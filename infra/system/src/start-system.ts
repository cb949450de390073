import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { SystemState } from './system-state.ts';

export type { SystemState } from './system-state.ts';

export interface StartOptions {
  /** Of the repository. */
  readonly root: string;
  readonly data: string;
  readonly portBase: number;
  readonly samples?: boolean;
  /** Folder of the flow files; the repository's own when absent. */
  readonly flows?: string | undefined;
  readonly kafkaNodes?: 1 | 3;
  /** Over our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Each line that it prints. */
  readonly onLine?: (line: string) => void;
  /** Aborted: it is told to stop. */
  readonly signal?: AbortSignal;
}

export interface RunningSystem {
  readonly stateFile: string;
  /** Of `npm start`, whose children all others are. */
  readonly pid: number;
  /** From the command to its ready line. */
  readonly seconds: number;
  /** Told to stop, it ends in order; resolves with its exit code. */
  stop(): Promise<number | null>;
}

export function readState(file: string): SystemState {
  return JSON.parse(readFileSync(file, 'utf8')) as SystemState;
}

/** `npm start` as a user runs it, on its own ports and data; resolves at the ready line. */
export async function startSystem(options: StartOptions): Promise<RunningSystem> {
  const { root, data, env, onLine, signal } = options;
  const since = performance.now();
  const child = spawn(process.execPath, ['infra/setup/run.mjs', 'start', ...startArguments(options)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended;
  };
  if (signal?.aborted === true) void stop();
  else signal?.addEventListener('abort', () => void stop(), { once: true });
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      onLine?.(line);
      if (line.startsWith('Millrace is ready')) resolve();
    });
  });
  const early = ended.then((code) => {
    throw new Error(`npm start ended with ${code} before it was ready`);
  });
  await Promise.race([ready, early]);
  early.catch(() => undefined); // it ends some time; only an end before the ready line is news
  return {
    stateFile: join(data, 'state.json'),
    pid: child.pid ?? -1,
    seconds: (performance.now() - since) / 1000,
    stop,
  };
}

function startArguments({ data, portBase, samples = false, flows, kafkaNodes = 1 }: StartOptions): readonly string[] {
  return [
    ...['--data', data, '--port-base', String(portBase), '--kafka-nodes', String(kafkaNodes)],
    ...(samples ? [] : ['--no-samples']),
    ...(flows === undefined ? [] : ['--flows', flows]),
  ];
}

/** Asks the command line of a running system, as an operator would. */
export async function askMillrace<Answer>(
  root: string,
  stateFile: string,
  ...args: readonly string[]
): Promise<Answer> {
  const { stdout } = await promisify(execFile)(process.execPath, ['packages/cli/bin/millrace.mjs', ...args, '--json'], {
    cwd: root,
    env: { ...process.env, MILLRACE_STATE: stateFile },
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Answer;
}
