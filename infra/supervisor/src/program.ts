import { setTimeout as pause } from 'node:timers/promises';
import { type GuardedProcess, openServerLog, type ServerLog, spawnGuarded } from '@millrace/embedded';
import { type NodeRuntime, nodeRuntime } from '@millrace/service';
import type { Part, RunningChild } from './part.ts';
import { SupervisorError } from './supervisor-error.ts';

/** One of our own Node programs: what runs, with which environment, and how it says that it is ready. */
export interface Program {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  /** All that it is told: it inherits nothing of ours. */
  readonly env: Readonly<Record<string, string>>;
  /** All answer 200 when it does its work, or name nothing but what waits for an operator. */
  readonly readyUrls: readonly string[];
  readonly logFile: string;
  readonly readyWithinMs?: number;
  /** What Node is started with; as for a service when absent. */
  readonly runtime?: NodeRuntime;
}

const stopGraceMs = 30_000; // a little more than the services give themselves to drain
const orphanGraceMs = 5_000;

/** A part that is a Node program of ours. */
export const programPart = (program: Program): Part => ({
  name: program.name,
  start: async (signal) => {
    const runtime: NodeRuntime = program.runtime ?? nodeRuntime;
    const log = await openServerLog(program.logFile);
    const child = spawnGuarded({
      command: process.execPath,
      args: [...runtime.flags, program.script, ...(program.args ?? [])],
      env: { ...runtime.environment, ...program.env, MILLRACE_PARENT: 'pipe' },
      input: 'pipe',
      output: log.descriptor,
      graceMs: stopGraceMs,
      orphanGraceMs,
      signal,
    });
    log.release();
    let halted: string | null = null;
    const ready = untilReady(program, child, log).then((found) => {
      halted = found;
    });
    ready.catch(() => {}); // whoever restarts it watches its end instead
    return { ...runningChild(child, ready), halted: () => halted };
  },
});

const runningChild = (child: GuardedProcess, ready: Promise<void>): RunningChild => ({
  pid: child.pid,
  exited: child.exited,
  ready,
  stop: async () => {
    await child.stop();
  },
});

/** Resolves with what is halted in it, which only an operator can change: with a halt that lasts, nobody could ever start it. */
const untilReady = async (program: Program, child: GuardedProcess, log: ServerLog): Promise<string | null> => {
  const { name, readyUrls, readyWithinMs = 60_000 } = program;
  const deadline = performance.now() + readyWithinMs;
  let last = 'it does not answer';
  while (child.isAlive()) {
    const answers = await Promise.all(readyUrls.map(ask));
    const missing = answers.find(({ missing }) => missing !== null)?.missing ?? null;
    if (missing === null && child.isAlive()) return answers.find(({ halted }) => halted !== null)?.halted ?? null;
    last = missing ?? last;
    if (performance.now() > deadline) {
      throw new SupervisorError(
        'X_SUPERVISOR_SERVICE_LATE',
        `${name} was not ready within ${readyWithinMs / 1000} s: ${last}; see ${log.path}.`,
      );
    }
    await Promise.race([pause(80), child.exited]);
  }
  const { code, signal } = await child.exited;
  const reason = lastWords(await log.read().catch(() => ''));
  throw new SupervisorError(
    'X_SUPERVISOR_SERVICE_FAILED',
    `${name} ended while it was starting (${signal ?? `exit code ${code}`})${reason === undefined ? '' : `: ${reason}`}; see ${log.path}.`,
  );
};

interface Answer {
  /** Why it is not ready; null when there is nothing to wait for. */
  readonly missing: string | null;
  /** What waits for an operator. */
  readonly halted: string | null;
}

const ask = async (url: string): Promise<Answer> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const text = await response.text();
    return response.ok ? { missing: null, halted: null } : waitsFor(text);
  } catch {
    return { missing: 'it does not answer', halted: null };
  }
};

interface ReadyAnswer {
  readonly phase?: string;
  readonly checks?: Readonly<
    Record<string, { readonly ok?: boolean; readonly reason?: string; readonly isHalted?: boolean }>
  >;
}

/** The failed checks of a readiness answer, as words. */
export const waitsFor = (text: string): Answer => {
  try {
    const { phase, checks = {} } = JSON.parse(text) as ReadyAnswer;
    const failed = Object.entries(checks).filter(([, { ok }]) => !ok);
    const words = failed
      .map(([check, { reason }]) => (reason === undefined ? check : `${check} (${reason})`))
      .join(', ');
    const isHalted = phase === 'ready' && failed.every(([, check]) => check.isHalted === true);
    if (failed.length > 0) return isHalted ? { missing: null, halted: words } : { missing: words, halted: null };
  } catch {
    // not our shape
  }
  return { missing: 'it says that it is not ready', halted: null };
};

interface LogLine {
  readonly level?: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
}

/** The newest reason in a program's log: its last error line, or whatever it said last. */
export const lastWords = (log: string): string | undefined => {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  for (const line of lines.toReversed()) {
    const parsed = asLogLine(line);
    if (parsed?.level !== 'fatal' && parsed?.level !== 'error') continue;
    return [parsed.msg, parsed.err?.message].filter((text) => text !== undefined).join(': ');
  }
  const plain = lines.filter((line) => asLogLine(line) === undefined && !/^\s+at |^Node\.js v|^\s*[{}]/.test(line));
  const named = plain.find((line) => /Error/.test(line));
  return (named ?? plain.at(-1))?.trim();
};

const asLogLine = (line: string): LogLine | undefined => {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as LogLine) : undefined;
  } catch {
    return undefined;
  }
};
