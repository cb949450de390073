import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePortRun, startServers } from '@millrace/embedded';
import { type RunningSystem, startSystem } from '@millrace/system';
import { atMost, type Bench, type BenchContext } from './figure.ts';
import { type TreeUsage, usageOfTree } from './process-tree.ts';

const warmRuns = 3;
const settleMs = 20_000;

/** From `npm start` to ready, and what all processes together use while samples flow. */
export const startBench: Bench = {
  name: 'start',
  summary: 'start to ready with a new and with a used data folder, and memory of all processes',
  run: async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
    const portBase = await freePortRun(23);
    const { root, signal } = context;
    const start = (samples: boolean): Promise<RunningSystem> =>
      startSystem({ root, signal, data: join(folder, 'data'), portBase, samples });
    try {
      const bare = await bareServers(context);
      context.say('a new data folder, with samples');
      const fresh = await start(true);
      context.say(`ready after ${fresh.seconds.toFixed(1)} s; memory in ${settleMs / 1000} s`);
      await pause(settleMs, undefined, { signal: context.signal });
      const busy = await usageOfTree(fresh.pid);
      await fresh.stop();
      const warm: (RunningSystem & { readonly usage: TreeUsage })[] = [];
      for (let run = 0; run < warmRuns; run += 1) {
        const started = await start(false);
        context.say(`the same data folder: ready after ${started.seconds.toFixed(1)} s`);
        warm.push({ ...started, usage: await usageOfTree(started.pid) });
        await started.stop();
      }
      const cpu = (usages: readonly TreeUsage[]): number =>
        usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / usages.length;
      const memory = (usages: readonly TreeUsage[]): number =>
        usages.reduce((sum, usage) => sum + usage.pssMb, 0) / usages.length;
      const usages = warm.map(({ usage }) => usage);
      return [
        atMost(10, {
          name: 'start.warm',
          unit: 's',
          runs: warm.map(({ seconds }) => seconds),
          limit: bare.seconds,
          cpuSeconds: cpu(usages),
          rssMb: memory(usages),
        }),
        atMost(20, {
          name: 'start.new-data',
          unit: 's',
          runs: [fresh.seconds],
          limit: bare.seconds,
          cpuSeconds: busy.cpuSeconds,
          rssMb: busy.pssMb,
        }),
        atMost(1_536, {
          name: 'start.memory',
          unit: 'MB',
          runs: [busy.pssMb],
          limit: bare.usage.pssMb,
          cpuSeconds: busy.cpuSeconds,
          rssMb: busy.pssMb,
        }),
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Kafka, the registry and Postgres alone: what any start of them takes. */
const bareServers = async ({ say }: BenchContext): Promise<{ readonly seconds: number; readonly usage: TreeUsage }> => {
  const before = await startServers(); // what is only done once (class archives) is done
  await before.stop();
  const own = await usageOfTree(process.pid);
  const since = performance.now();
  const servers = await startServers();
  const seconds = (performance.now() - since) / 1000;
  const all = await usageOfTree(process.pid);
  await servers.stop();
  say(`the bare servers: ready after ${seconds.toFixed(1)} s`);
  return { seconds, usage: { ...all, pssMb: all.pssMb - own.pssMb } };
};
