import { setTimeout as pause } from 'node:timers/promises';
import { atMost, type Bench, type Figure } from './figure.ts';
import { usageOfProcess } from './process-tree.ts';
import { startFlow } from './started-flow.ts';

const settleMs = 15_000;
const fullSeconds = 60;
const boundPercent = 2;

/** What each service uses while nothing comes in. */
export const idleBench: Bench = {
  name: 'idle',
  summary: `share of a core that each service uses over ${fullSeconds} s in which nothing happens`,
  run: async (context) => {
    await using flow = await startFlow(context, 'cascade');
    const services = Object.entries(flow.state.services);
    await pause(settleMs, undefined, { signal: context.signal });
    const seconds = Math.max(10, fullSeconds * context.scale);
    const usages = () => Promise.all(services.map(([, { pid }]) => usageOfProcess(pid)));
    const since = performance.now();
    const before = await usages();
    await pause(seconds * 1_000, undefined, { signal: context.signal });
    const after = await usages();
    const elapsed = (performance.now() - since) / 1_000;
    return services.map(([name], index): Figure => {
      const cpuSeconds = (after[index]?.cpuSeconds ?? Number.NaN) - (before[index]?.cpuSeconds ?? Number.NaN);
      const percent = (cpuSeconds / elapsed) * 100;
      context.say(`${name}: ${percent.toFixed(2)} % of a core`);
      const rssMb = after[index]?.rssMb ?? Number.NaN;
      return atMost(boundPercent, {
        ...{ name: `idle.${name}`, unit: '% of a core', runs: [percent], limit: boundPercent, cpuSeconds, rssMb },
      });
    });
  },
};
