import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator, SimulatorOptions } from '../../../src/kit/simulator/simulator.ts';

/** Options of a simulator on a port of its own, remembering in a folder of its own. */
export function aSimulatorBase(dataFolder: string = mkdtempSync(join(tmpdir(), 'simulator-'))): SimulatorOptions {
  return { host: '127.0.0.1', port: 0, dataFolder, limits: false, now: Date.now };
}

export async function steer(simulator: Simulator, command: string, settings: object = {}): Promise<void> {
  const answer = await fetch(`${simulator.url()}/_simulator/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status} to ${command}: ${await answer.text()}`);
}
