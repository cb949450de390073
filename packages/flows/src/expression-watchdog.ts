import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerOptions } from './expression-lane.ts';

/**
 * A thread beside the evaluations, because the thread that evaluates cannot watch itself. Ends the process when one
 * evaluation runs too long, naming it first, and when the parent is gone: an endless expression would outlive it.
 * Time is the processor's: on a machine with too much to do an innocent evaluation takes long and does little. What never
 * gets on at all is ended too, much later, counted in looks of this thread: they stop when the whole process does.
 */
const { shared, parent, timeoutMs } = workerData as WorkerOptions & { readonly shared: SharedArrayBuffer };
const running = new Int32Array(shared);
const lastWords = 4;
const everyMs = Math.min(250, Math.max(1, timeoutMs / 8));
const mostLooks = Math.max(5_000, timeoutMs * 20) / everyMs;
let seen = 0;
let looks = 0;
let usedBefore = 0;

const usedMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

setInterval(() => {
  const id = Atomics.load(running, 0);
  if (id !== seen) {
    seen = id;
    looks = 0;
    usedBefore = usedMs();
  } else if (id !== 0 && (usedMs() - usedBefore >= timeoutMs || looks++ >= mostLooks)) {
    writeSync(lastWords, String(id));
    process.kill(process.pid, 'SIGKILL');
  }
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, everyMs);
parentPort?.postMessage('watching');
