import { AbortWatch } from '@millrace/messaging';

/** Bounds how many calls run at once at one destination. A slot is held until its call has settled, not until somebody stopped waiting. */
export interface Bulkhead {
  run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T>;
  running(): number;
  waiting(): number;
}

interface Queued {
  readonly signal: AbortSignal;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export function createBulkhead(slots: number): Bulkhead {
  const queue: Queued[] = [];
  const watch = new AbortWatch<Queued>((queued, reason) => {
    queue.splice(queue.indexOf(queued), 1);
    queued.reject(reason);
  });
  let running = 0;

  const enter = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (running < slots) {
        running += 1;
        return resolve();
      }
      const queued: Queued = { signal, resolve, reject };
      watch.add(queued, signal);
      queue.push(queued);
    });
  const exit = (): void => {
    const next = queue.shift();
    // The slot changes hands without being free in between, so the bound holds at every moment.
    if (next === undefined) running -= 1;
    else {
      watch.delete(next, next.signal);
      next.resolve();
    }
  };

  return {
    async run(call, signal) {
      await enter(signal);
      try {
        return await call();
      } finally {
        exit();
      }
    },
    running: () => running,
    waiting: () => queue.length,
  };
}
