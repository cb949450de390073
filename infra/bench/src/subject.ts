import { fork } from 'node:child_process';
import { join } from 'node:path';
import { nodeRuntime } from '@millrace/service';
import type { BenchContext } from './figure.ts';
import type { Cost } from './meter.ts';

/** What a subject saw: how much it did, what that cost it, and whatever its bench wants to know besides. */
export interface Observed extends Cost {
  readonly records: number;
  /** Milliseconds, where the subject answers callers. */
  readonly latency?: { readonly p50: number; readonly p99: number };
  /** When each thing reached its end, by its name, in epoch milliseconds, where the bench knows when it began. */
  readonly arrivals?: readonly (readonly [name: string, at: number])[];
  /** What should not have happened: a lost, doubled or overtaken record. */
  readonly faults: readonly string[];
}

/**
 * One side of a comparison: ours, the bare client, or a peer. Each lives in a process of its own, so that CPU seconds and
 * memory are its alone, keeps what it has compiled from run to run, and measures itself. Exported by a module of
 * `subjects/` as `run`; the signal ends a run that has no end of its own. A peer that is no Node program (Java) is
 * wrapped by such a module that starts it and hands on what it prints.
 */
export type SubjectRun<Request> = (request: Request, signal: AbortSignal) => Promise<Observed>;

export interface Subject<Request> extends AsyncDisposable {
  /** One at a time. */
  run(request: Request, until?: AbortSignal): Promise<Observed>;
}

export type ToSubject = { readonly kind: 'run'; readonly request: unknown } | { readonly kind: 'end' };
export type FromSubject =
  | { readonly kind: 'ready' }
  | { readonly kind: 'observed'; readonly observed: Observed }
  | { readonly kind: 'failed'; readonly reason: string };

/** No run takes longer, on a slow machine either; one that does hangs. */
const mostSeconds = 180;

/** Starts the module `subjects/<name>.ts` in a process of its own; it dies with us. */
export const openSubject = async <Request>(name: string, context: BenchContext): Promise<Subject<Request>> => {
  const { signal, profile } = context;
  const child = fork(join(import.meta.dirname, 'subject-main.ts'), [name], {
    execArgv: [...nodeRuntime.flags, ...(profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile])],
    env: { ...process.env, ...nodeRuntime.environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let settle: PromiseWithResolvers<Observed> | undefined;
  const ready = Promise.withResolvers<void>();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const fail = (reason: string): void => {
    const error = new Error(`${name}: ${reason}`);
    ready.reject(error);
    settle?.reject(error);
  };
  child.on('message', (message: FromSubject) => {
    if (message.kind === 'ready') ready.resolve();
    else if (message.kind === 'observed') settle?.resolve(message.observed);
    else fail(message.reason);
  });
  child.once('exit', (code, by) => fail(`ended with ${code ?? by}`));
  const send = (message: ToSubject): void => {
    if (child.connected) child.send(message);
  };
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  await ready.promise;
  return {
    run: async (request, until) => {
      settle = Promise.withResolvers<Observed>();
      const end = (): void => send({ kind: 'end' });
      until?.addEventListener('abort', end, { once: true });
      const limit = setTimeout(() => {
        fail(`still not done after ${mostSeconds} s`);
        child.kill('SIGKILL');
      }, mostSeconds * 1_000);
      send({ kind: 'run', request });
      try {
        return await settle.promise;
      } finally {
        clearTimeout(limit);
        until?.removeEventListener('abort', end);
        settle = undefined;
      }
    },
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener('abort', stop);
      if (child.connected) child.disconnect(); // it ends by itself, so that a profile is written
      await ended;
    },
  };
};
