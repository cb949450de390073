import { startCluster } from './cluster.ts';
import { drivers } from './drivers.ts';
import { type Bench, type Figure, shareOf } from './figure.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { fillStage } from './stage-bench.ts';
import { openSubject } from './subject.ts';
import type { LanesRequest } from './subjects/lanes-ours.ts';

const handlerMs = 200;
const inFlight = 1_000;

/** Handlers as slow as a model call, in order per key, against what the number in flight allows. */
export const lanesBench: Bench = {
  name: 'lanes',
  summary: `${handlerMs} ms handler, 10,000 keys in order, ${inFlight} in flight, against in flight ÷ ${handlerMs / 1_000} s`,
  run: async (context) => {
    await using cluster = await startCluster(context);
    const records = Math.ceil(30_000 * context.scale);
    const from = 'bench.lanes';
    await fillStage(cluster, from, records);
    const figures: Figure[] = [];
    for (const driver of drivers) {
      await using ours = await openSubject<LanesRequest>('lanes-ours', context);
      const measure = async (repeat: number) => {
        const group = `bench.lanes.${driver}.${repeat}`;
        await cluster.createGroup(group);
        return ours.run({ servers: cluster.servers, driver, group, from, records, handlerMs, inFlight });
      };
      const seen = await inTurn(context, { lanes: measure });
      figures.push(
        shareOf(0.8, {
          name: `lanes.${driver}`,
          unit: 'records/s',
          runs: seen.lanes.map(rateOf),
          limits: [inFlight / (handlerMs / 1_000)],
          ...costOf(seen.lanes),
        }),
      );
    }
    return figures;
  },
};
