import { partitions, startCluster } from './cluster.ts';
import { type Driver, drivers } from './drivers.ts';
import { atMost, type Bench, type BenchContext, type Figure, median, shareOf, within } from './figure.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { openSubject } from './subject.ts';
import type { ProduceRequest } from './subjects/produce-ours.ts';

/** What the bare client has on its way: the most that paid in trials. */
const rawBatch = 500;
const rawAtOnce = 4;

/** The accumulator under callers that each wait for their record, against the bare client sending whole batches. */
export const produceBench: Bench = {
  name: 'produce',
  summary:
    '1 KB records with 8 headers, acks=all: callers of the accumulator against batches of 500 of the bare client',
  run: async (context) => {
    await using cluster = await startCluster(context);
    const figures: Figure[] = [];
    for (const driver of drivers) {
      const topic = `bench.produce.${driver}`;
      await cluster.broker.admin.createTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }]);
      figures.push(...(await measure(context, driver, { brokers: cluster.servers.brokers, driver, topic })));
    }
    return figures;
  },
};

const measure = async (
  context: BenchContext,
  driver: Driver,
  at: Pick<ProduceRequest, 'brokers' | 'driver' | 'topic'>,
): Promise<readonly Figure[]> => {
  await using ours = await openSubject<ProduceRequest>('produce-ours', context);
  await using raw = await openSubject<ProduceRequest>(`produce-${driver}`, context);
  const many = Math.ceil(150_000 * context.scale);
  const few = Math.ceil(3_000 * context.scale);
  const callers = (atOnce: number, records: number) => () => ours.run({ ...at, records, atOnce, batch: 1 });
  const batches = (batch: number, atOnce: number, records: number) => () => raw.run({ ...at, records, atOnce, batch });
  for (const warm of [callers(500, many), batches(rawBatch, rawAtOnce, many)]) await warm();
  const seen = await inTurn(context, {
    batches: batches(rawBatch, rawAtOnce, many),
    '500 callers': callers(500, many),
    '2,000 callers': callers(2_000, many),
    'one by one': batches(1, 1, few),
    '1 caller': callers(1, few),
  });
  const limits = seen.batches.map(rateOf);
  const rate = (name: string, observed: typeof seen.batches): Figure =>
    shareOf(0.75, {
      name: `produce.${driver}.${name}`,
      unit: 'records/s',
      runs: observed.map(rateOf),
      limits,
      ...costOf(observed),
    });
  return [
    rate('500-callers', seen['500 callers']),
    atMost(25, {
      name: `produce.${driver}.500-callers.p99`,
      unit: 'ms',
      runs: seen['500 callers'].map(({ latency }) => latency?.p99 ?? Number.NaN),
      limit: median(seen.batches.map(({ latency }) => latency?.p99 ?? Number.NaN)),
      ...costOf(seen['500 callers']),
    }),
    rate('2000-callers', seen['2,000 callers']),
    within(1.2, {
      name: `produce.${driver}.1-caller.p50`,
      unit: 'ms',
      runs: seen['1 caller'].map(({ latency }) => latency?.p50 ?? Number.NaN),
      limits: seen['one by one'].map(({ latency }) => latency?.p50 ?? Number.NaN),
      ...costOf(seen['1 caller']),
    }),
  ];
};
