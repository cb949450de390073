import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

export interface ExitReason {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child that never outlives its parent, whatever kills the parent. */
export interface GuardedProcess {
  /** The program's own pid (not a wrapper's): signals sent to it reach the program. */
  readonly pid: number;
  readonly exited: Promise<ExitReason>;
  isAlive(): boolean;
  /** Sends the stop signal, then SIGKILL after the grace. Resolves when the process is gone. Idempotent. */
  stop(graceMs?: number): Promise<ExitReason>;
  kill(signal: NodeJS.Signals): void;
}

export interface GuardedOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment; the parent's own when absent. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where output goes: a file descriptor for both streams, or `pipe`. */
  readonly output: number | 'pipe' | 'ignore';
  readonly onOutput?: (chunk: string) => void;
  /** `pipe`: standard input stays open while we live, for programs that watch for its end themselves. */
  readonly input?: 'ignore' | 'pipe';
  /** Stops the program when it is aborted; for the time in which nobody else holds it. */
  readonly signal?: AbortSignal | undefined;
  readonly uid?: number;
  readonly gid?: number;
  /** What asks the program to end well. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
  /** How long it may take to end after the stop signal; then it is killed. */
  readonly graceMs?: number;
  /** The same when our own process has died; `graceMs` when absent. */
  readonly orphanGraceMs?: number;
}

/**
 * The shell becomes the program (`exec`), so the pid is the program's. Before that it leaves a watcher behind, reparented
 * to init, blocked in `read` on a pipe whose other end only our process holds: a word on it means the program ended by
 * itself, end of file means that our process died, by kill -9 too. Then the watcher stops the program.
 */
const guard = `
signal=$1; tenths=$2; shift 2; pid=$$
( (
  trap '' INT TERM HUP
  exec 0</dev/null 1>/dev/null 2>&1
  read -r word <&3 && exit 0
  kill -s "$signal" "$pid" || exit 0
  while [ "$tenths" -gt 0 ] && kill -0 "$pid"; do sleep 0.1; tenths=$((tenths - 1)); done
  kill -s KILL "$pid"
) & )
exec "$@" 3<&-
`;

const defaultGraceMs = 10_000;
const abortGraceMs = 2_000; // a start that is given up has nothing worth a long goodbye

/** Starts a program in a session of its own, so that a terminal's Ctrl-C reaches us alone and we choose the order. */
export const spawnGuarded = (options: GuardedOptions): GuardedProcess => {
  options.signal?.throwIfAborted();
  const { command, args, output, stopSignal = 'SIGTERM', graceMs = defaultGraceMs, orphanGraceMs = graceMs } = options;
  const child = spawn(
    '/bin/sh',
    ['-c', guard, 'guard', stopSignal.slice(3), String(Math.ceil(orphanGraceMs / 100)), command, ...args],
    {
      detached: true,
      stdio: [options.input ?? 'ignore', output, output, 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    },
  );
  const lifeline = child.stdio[3] as Writable;
  lifeline.on('error', () => {}); // the watcher may be gone first
  if (options.onOutput !== undefined) {
    child.stdout?.setEncoding('utf8').on('data', options.onOutput);
    child.stderr?.setEncoding('utf8').on('data', options.onOutput);
  }
  child.stdin?.on('error', () => {});
  const guarded = guardedProcess(child, lifeline, { stopSignal, graceMs });
  stopOnAbort(guarded, options.signal);
  return guarded;
};

const stopOnAbort = (guarded: GuardedProcess, signal: AbortSignal | undefined): void => {
  if (signal === undefined) return;
  const stop = (): void => void guarded.stop(abortGraceMs);
  signal.addEventListener('abort', stop, { once: true });
  void guarded.exited.then(() => signal.removeEventListener('abort', stop));
};

const guardedProcess = (
  child: ChildProcess,
  lifeline: Writable,
  { stopSignal, graceMs }: { readonly stopSignal: NodeJS.Signals; readonly graceMs: number },
): GuardedProcess => {
  let ended: ExitReason | undefined;
  const exited = new Promise<ExitReason>((resolve) => {
    const end = (reason: ExitReason): void => {
      if (ended !== undefined) return;
      ended = reason;
      lifeline.end('ended\n');
      resolve(reason);
    };
    child.once('exit', (code, signal) => end({ code, signal }));
    child.once('error', () => end({ code: 127, signal: null }));
  });
  const kill = (signal: NodeJS.Signals): void => {
    if (ended === undefined) child.kill(signal);
  };
  return {
    pid: child.pid ?? -1,
    exited,
    isAlive: () => ended === undefined,
    kill,
    async stop(withinMs = graceMs) {
      kill(stopSignal);
      const timer = setTimeout(() => kill('SIGKILL'), withinMs);
      const reason = await exited;
      clearTimeout(timer);
      return reason;
    },
  };
};
