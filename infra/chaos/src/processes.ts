import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { SystemState } from '@millrace/system';

const run = promisify(execFile);

/** The current pid of a part by its name in state.json. */
export function pidOf(state: SystemState, target: string): number {
  const pid =
    state.services[target]?.pid ??
    state.processes[target]?.pid ??
    (target === 'simulators' ? Object.values(state.simulators)[0]?.pid : undefined);
  if (pid === undefined) {
    const known = [...Object.keys(state.services), ...Object.keys(state.processes), 'simulators'];
    throw new Error(`state.json names no part called ${target}; it names ${known.join(', ')}`);
  }
  return pid;
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What asks a part to end well: Postgres would wait for its clients on SIGTERM. */
export function stopSignal(target: string): NodeJS.Signals {
  return target === 'postgres' ? 'SIGINT' : 'SIGTERM';
}

/** Stops processes and never forgets to let them go on. */
export interface Freezer {
  /** The process with its children: a frozen postmaster alone would stop nobody. */
  freeze(pid: number): Promise<void>;
  thaw(pid: number): void;
  /** Whatever happens, at the end of the program and on a signal to it. */
  thawAll(): void;
}

export function createFreezer(): Freezer {
  const frozen = new Map<number, readonly number[]>();
  const thaw = (pid: number): void => {
    for (const one of frozen.get(pid) ?? []) signal(one, 'SIGCONT');
    frozen.delete(pid);
  };
  return {
    async freeze(pid) {
      // Noted before each stop: whenever we are told to end, what is stopped already is let go on.
      frozen.set(pid, [pid]);
      signal(pid, 'SIGSTOP');
      const children = await childrenOf(pid);
      if (!frozen.has(pid)) return;
      frozen.set(pid, [pid, ...children]);
      for (const one of children) signal(one, 'SIGSTOP');
    },
    thaw,
    thawAll() {
      for (const pid of [...frozen.keys()]) thaw(pid);
    },
  };
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const said =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
      : await run('pgrep', ['-P', String(pid)]).then(
          ({ stdout }) => stdout,
          () => '', // it ends with 1 where there is none
        );
  return said.split(/\s+/).filter(Boolean).map(Number);
}

/** One that has ended meanwhile needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone
  }
}
