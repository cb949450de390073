import { setTimeout as wait } from 'node:timers/promises';
import { readState, type State } from './system.ts';

export interface Fault {
  readonly target: string;
  readonly atMs: number;
  /** From the kill until the supervisor shows a new pid and the part is ready again; null when it never came. */
  readonly recoveredMs: number | null;
}

export interface FaultOptions {
  readonly stateFile: string;
  readonly targets: readonly string[];
  readonly everyMs: number;
  readonly now: () => number;
  /** Ends between two faults. */
  readonly stop: AbortSignal;
}

const recoveryLimitMs = 90_000;
const pollMs = 100;

/** Kills each target in turn with SIGKILL, waits until the supervisor has it back, pauses, and goes on until stopped. */
export async function killInTurn(options: FaultOptions): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  if (options.targets.length === 0) return faults;
  for (let turn = 0; !options.stop.aborted; turn += 1) {
    await pause(options.everyMs, options.stop);
    if (options.stop.aborted) break;
    const target = options.targets[turn % options.targets.length] as string;
    const before = pidOf(readState(options.stateFile), target);
    const atMs = options.now();
    process.kill(before, 'SIGKILL');
    const recoveredMs = await recovery(options, target, before, atMs);
    faults.push({ target, atMs, recoveredMs });
  }
  return faults;
}

async function recovery(options: FaultOptions, target: string, before: number, atMs: number): Promise<number | null> {
  while (options.now() - atMs < recoveryLimitMs) {
    await wait(pollMs);
    const state = readState(options.stateFile);
    if (pidOf(state, target) !== before && (await isReady(state, target))) return options.now() - atMs;
  }
  return null;
}

function pidOf(state: State, target: string): number {
  const pid = state.services[target]?.pid ?? state.processes[target]?.pid;
  if (pid === undefined)
    throw new Error(
      `state.json names no part called ${target}; it names ${[...Object.keys(state.services), ...Object.keys(state.processes)].join(', ')}`,
    );
  return pid;
}

/** A service says so itself; of Kafka, Postgres and the registry the services' readiness tells. */
async function isReady(state: State, target: string): Promise<boolean> {
  const asked = state.services[target] ? [state.services[target]] : Object.values(state.services);
  const answers = await Promise.all(
    asked.map(async ({ url }) => {
      try {
        return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
      } catch {
        return false;
      }
    }),
  );
  return answers.every(Boolean);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch {
    // Stopped while pausing: the loop sees the signal.
  }
}
