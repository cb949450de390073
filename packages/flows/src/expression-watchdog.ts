import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { WorkerOptions } from './expression-guard.ts';

/**
 * A thread beside the evaluations, because the thread that evaluates cannot watch itself. Ends the process when one
 * evaluation runs too long, naming it first, and when the parent is gone: an endless expression would outlive it.
 */
const { shared, parent, timeoutMs } = workerData as WorkerOptions & { readonly shared: SharedArrayBuffer };
const running = new Int32Array(shared);
const lastWords = 4;
let seen = 0;
let since = 0;

setInterval(
  () => {
    const id = Atomics.load(running, 0);
    const now = performance.now();
    if (id !== seen) {
      seen = id;
      since = now;
    } else if (id !== 0 && now - since >= timeoutMs) {
      writeSync(lastWords, String(id));
      process.kill(process.pid, 'SIGKILL');
    }
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  },
  Math.min(250, Math.max(1, timeoutMs / 8)),
);
