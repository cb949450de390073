import { setTimeout as pause } from 'node:timers/promises';
import { watchArrivals } from './arrivals.ts';
import { connectDriver } from './drivers.ts';
import { type Bench, type Figure, median, within } from './figure.ts';
import { usageOfProcess } from './process-tree.ts';
import { startFlow } from './started-flow.ts';
import { sendSteadily } from './steady-webhooks.ts';

/** Low enough for a shared machine to keep up: memory is what is looked at. */
const rate = 100;
const fullMinutes = 10;
/** Caches are full and hot code is compiled by then. */
const firstMinute = 3;
const minuteMs = 60_000;
const sampleMs = 5_000;
const patienceMs = 60_000;
const pollMs = 100;
const growth = 1.1;

/** Whether memory creeps under steady load. */
export const soakBench: Bench = {
  name: 'soak',
  summary: `memory of each service under ${rate} webhooks/s, the last minute against minute ${firstMinute}`,
  isLong: true,
  run: async (context) => {
    const minutes = Math.max(firstMinute + 1, Math.round(context.minutes ?? fullMinutes * context.scale));
    await using flow = await startFlow(context, 'fast');
    const services = Object.entries(flow.state.services);
    const broker = connectDriver('kafkajs', { brokers: flow.state.kafka.brokers });
    try {
      let arrived = 0;
      await watchArrivals(broker, () => {
        arrived += 1;
      });
      const samples = services.map(() => Array.from({ length: minutes }, (): number[] => []));
      const usages = () => Promise.all(services.map(([, { pid }]) => usageOfProcess(pid)));
      const before = await usages();
      let sent = 0;
      for (let minute = 1; minute <= minutes; minute += 1) {
        const over = new AbortController();
        const sampling = (async () => {
          while (!over.signal.aborted) {
            (await usages()).forEach(({ rssMb }, index) => {
              samples[index]?.[minute - 1]?.push(rssMb);
            });
            await pause(sampleMs, undefined, { signal: over.signal }).catch(() => undefined);
          }
        })();
        const { due, refused } = await sendSteadily({
          ...{ url: flow.door.url, secret: flow.door.secret, rate, seconds: minuteMs / 1_000, run: minute },
          signal: context.signal,
        });
        over.abort();
        await sampling;
        if (refused > 0) throw new Error(`${refused} of ${due.size} webhooks were refused in minute ${minute}`);
        sent += due.size;
        const held = services.map(
          ([name], index) => `${name} ${Math.round(median(samples[index]?.[minute - 1] ?? []))}`,
        );
        context.say(`minute ${minute}: ${held.join(', ')} MB`);
      }
      for (const until = Date.now() + patienceMs; arrived < sent && Date.now() < until; ) await pause(pollMs);
      if (arrived !== sent) throw new Error(`${arrived} rows of ${sent} webhooks`);
      const after = await usages();
      return services.map(([name], index): Figure => {
        const ofMinute = (minute: number): number => median(samples[index]?.[minute - 1] ?? []);
        return within(growth, {
          name: `soak.${name}.memory`,
          unit: 'MB',
          runs: [ofMinute(minutes)],
          limits: [ofMinute(firstMinute)],
          cpuSeconds: (after[index]?.cpuSeconds ?? Number.NaN) - (before[index]?.cpuSeconds ?? Number.NaN),
          rssMb: Math.max(...(samples[index]?.flat() ?? [])),
        });
      });
    } finally {
      await broker.close();
    }
  },
};
