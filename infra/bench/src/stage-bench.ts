import { type Cluster, startCluster } from './cluster.ts';
import { type Driver, drivers } from './drivers.ts';
import { type Bench, type BenchContext, type Figure, shareOf } from './figure.ts';
import { headersOf, keyOf, ticketReceived } from './payload.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { stageInput, stageOutput } from './stage.ts';
import { type Observed, openSubject, type Subject } from './subject.ts';
import type { StageRequest } from './subjects/stage-ours.ts';

const keys = 10_000;

/** Writes the stage's input: 1 KB of Avro, eight headers, many keys. */
export const fillStage = async (cluster: Cluster, name: string, records: number): Promise<void> => {
  const input = stageInput(name);
  await cluster.create([input]);
  const prefix = await wirePrefix(cluster, input);
  await cluster.fill(records, (index) => ({
    topic: name,
    key: keyOf(index, keys),
    value: Buffer.concat([prefix, input.encode(ticketReceived(index, keys))]),
    headers: headersOf(input.type),
  }));
};

const wirePrefix = async (cluster: Cluster, input: ReturnType<typeof stageInput>): Promise<Buffer> => {
  const serde = await cluster.serde(input);
  return serde.encode(input, ticketReceived(0, 1)).subarray(0, 5);
};

/** One run of one side, on an output topic and a group of its own; every record must be there once. */
export const runStage = async (
  cluster: Cluster,
  subject: Subject<StageRequest>,
  { driver, from, run, records }: { driver: Driver; from: string; run: string; records: number },
): Promise<Observed> => {
  const to = `${from}.${run}`;
  const group = `bench.${run}`;
  await cluster.create([stageOutput(to)]);
  await cluster.createGroup(group);
  const observed = await subject.run({ servers: cluster.servers, driver, group, from, to, records });
  const written = await cluster.count(to);
  return written === records ? observed : { ...observed, faults: [`${written} outputs of ${records} inputs`] };
};

/** The pipeline runtime on real Kafka, against the same work by hand on the same client. */
export const stageBench: Bench = {
  name: 'stage',
  summary: 'consume → decode → add a field → encode → produce → commit, 1 KB Avro: a pipeline against the same by hand',
  run: async (context) => {
    await using cluster = await startCluster(context);
    const records = Math.ceil(100_000 * context.scale);
    const from = 'bench.stage';
    await fillStage(cluster, from, records);
    const figures: Figure[] = [];
    for (const driver of drivers) figures.push(await measure(context, cluster, { driver, from, records }));
    return figures;
  },
};

const measure = async (
  context: BenchContext,
  cluster: Cluster,
  at: { readonly driver: Driver; readonly from: string; readonly records: number },
): Promise<Figure> => {
  await using ours = await openSubject<StageRequest>('stage-ours', context);
  await using raw = await openSubject<StageRequest>(`stage-${at.driver}`, context);
  const side = (subject: Subject<StageRequest>, name: string) => (repeat: number) =>
    runStage(cluster, subject, { ...at, run: `${name}.${at.driver}.${repeat}` });
  const sides = { 'by hand': side(raw, 'hand'), pipeline: side(ours, 'ours') };
  for (const warm of Object.values(sides)) await warm(0);
  const seen = await inTurn(context, sides);
  return shareOf(0.8, {
    name: `stage.${at.driver}`,
    unit: 'records/s',
    runs: seen.pipeline.map(rateOf),
    limits: seen['by hand'].map(rateOf),
    ...costOf(seen.pipeline),
  });
};
