import { startCluster } from './cluster.ts';
import { type Driver, drivers } from './drivers.ts';
import { type Bench, type BenchContext, type Figure, shareOf } from './figure.ts';
import { findJavaPeers } from './java-peers.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { fillStage } from './stage-bench.ts';
import { type Observed, openSubject } from './subject.ts';
import type { LanesRequest } from './subjects/lanes-ours.ts';
import type { ParallelRequest } from './subjects/lanes-parallel.ts';

const handlerMs = 200;
const inFlight = 1_000;

/** Handlers as slow as a model call, in order per key, against what the number in flight allows and what a peer reaches. */
export const lanesBench: Bench = {
  name: 'lanes',
  summary: `${handlerMs} ms handler, 10,000 keys in order, ${inFlight} in flight, against in flight ÷ ${handlerMs / 1_000} s`,
  run: async (context) => {
    const classPath = await findJavaPeers(context);
    await using cluster = await startCluster(context);
    const records = Math.ceil(30_000 * context.scale);
    const from = 'bench.lanes';
    await fillStage(cluster, from, records);
    const request = { servers: cluster.servers, from, records, handlerMs, inFlight };
    const ours = async (driver: Driver): Promise<readonly Observed[]> => {
      await using subject = await openSubject<LanesRequest>('lanes-ours', context);
      const run = async (repeat: number): Promise<Observed> => {
        const group = `bench.lanes.${driver}.${repeat}`;
        await cluster.createGroup(group);
        return subject.run({ ...request, driver, group });
      };
      return (await inTurn(context, { [driver]: run }))[driver] ?? [];
    };
    const seen: Partial<Record<Driver, readonly Observed[]>> = {};
    for (const driver of drivers) seen[driver] = await ours(driver);
    const peer = classPath === null ? null : await parallelConsumer(context, { ...request, classPath });
    return drivers.flatMap((driver) => figuresOf(driver, seen[driver] ?? [], peer));
  },
};

const parallelConsumer = async (
  context: BenchContext,
  request: Omit<ParallelRequest, 'group'>,
): Promise<readonly Observed[]> => {
  await using peer = await openSubject<ParallelRequest>('lanes-parallel', context);
  const run = (repeat: number): Promise<Observed> => peer.run({ ...request, group: `bench.lanes.parallel.${repeat}` });
  return (await inTurn(context, { 'Parallel Consumer': run }))['Parallel Consumer'];
};

const figuresOf = (
  driver: Driver,
  observed: readonly Observed[],
  peer: readonly Observed[] | null,
): readonly Figure[] => {
  const ours = { unit: 'records/s', runs: observed.map(rateOf), ...costOf(observed) };
  return [
    shareOf(0.8, { ...ours, name: `lanes.${driver}`, limits: [inFlight / (handlerMs / 1_000)] }),
    ...(peer === null
      ? []
      : [shareOf(1, { ...ours, name: `lanes.${driver}.parallel-consumer`, limits: peer.map(rateOf) })]),
  ];
};
