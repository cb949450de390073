import { readFile } from 'node:fs/promises';
import { readState, type SystemState } from '@millrace/system';
import { pause } from './insist.ts';
import { pidOf } from './processes.ts';

/** The most that was seen of one part, over all processes that it had. */
export interface HighWater {
  readonly part: string;
  /** Resident, shared pages counted in full; the kernel's own high-water mark. */
  readonly rssMb: number;
  /** Resident, shared pages counted in proportion. */
  readonly pssMb: number;
}

const everyMs = 2_000;

/** Looks at every part now and then until the signal. Linux only: elsewhere nothing is known. */
export async function watchMemory(stateFile: string, signal: AbortSignal): Promise<readonly HighWater[]> {
  const most = new Map<string, HighWater>();
  while (!signal.aborted) {
    await Promise.all(
      partsIn(readState(stateFile)).map(async ([part, pid]) => {
        const known = most.get(part) ?? { part, rssMb: 0, pssMb: 0 };
        const [rssMb, pssMb] = await Promise.all([
          megabytes(`/proc/${pid}/status`, 'VmHWM'),
          megabytes(`/proc/${pid}/smaps_rollup`, 'Pss'),
        ]);
        most.set(part, { part, rssMb: Math.max(known.rssMb, rssMb), pssMb: Math.max(known.pssMb, pssMb) });
      }),
    );
    await pause(everyMs, signal);
  }
  return [...most.values()];
}

function partsIn(state: SystemState): readonly (readonly [part: string, pid: number])[] {
  const names = [...Object.keys(state.services), ...Object.keys(state.processes), 'simulators'];
  // Of Postgres only the first process is looked at; its sessions come and go.
  const shown = (name: string): string => (name === 'postgres' ? 'postmaster' : name);
  return [...names.map((name) => [shown(name), pidOf(state, name)] as const), ['supervisor', state.pid]];
}

/** In megabytes; 0 for a process that is gone. */
async function megabytes(file: string, name: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return Math.round(Number(found ?? 0) / 1_024);
}
