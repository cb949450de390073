/** Bounds how many calls run at once at one destination. A slot is held until its call has settled, not until somebody stopped waiting. */
export interface Bulkhead {
  run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T>;
  running(): number;
  waiting(): number;
}

export function createBulkhead(slots: number): Bulkhead {
  const queue: (() => void)[] = [];
  let running = 0;

  const enter = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (running < slots) {
        running += 1;
        return resolve();
      }
      const admitted = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        queue.splice(queue.indexOf(admitted), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.push(admitted);
    });
  const exit = (): void => {
    const next = queue.shift();
    // The slot changes hands without being free in between, so the bound holds at every moment.
    if (next === undefined) running -= 1;
    else next();
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
