/** What one measured stretch of work cost the process that did it. */
export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most that was seen, sampled. */
  readonly rssMb: number;
  /** Epoch milliseconds, so that stretches of several processes can be laid side by side. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Meter {
  /** Ends the stretch. */
  stop(): Cost;
}

const sampleMs = 50;
const megabyte = 1_048_576;

/** Measures this process from now on: time, CPU of all its threads, memory. */
export const startMeter = (): Meter => {
  const startedAt = performance.timeOrigin + performance.now();
  const since = performance.now();
  const cpu = process.cpuUsage();
  let rss = process.memoryUsage.rss();
  const sampler = setInterval(() => {
    rss = Math.max(rss, process.memoryUsage.rss());
  }, sampleMs).unref();
  return {
    stop: () => {
      clearInterval(sampler);
      const seconds = (performance.now() - since) / 1_000;
      const { user, system } = process.cpuUsage(cpu);
      const rssMb = Math.max(rss, process.memoryUsage.rss()) / megabyte;
      return { seconds, cpuSeconds: (user + system) / 1e6, rssMb, startedAt, endedAt: startedAt + seconds * 1_000 };
    },
  };
};
