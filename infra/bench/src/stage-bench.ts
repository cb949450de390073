import { type Cluster, startCluster } from './cluster.ts';
import { type Driver, drivers } from './drivers.ts';
import { type Bench, type BenchContext, type Figure, shareOf } from './figure.ts';
import { findJavaPeers } from './java-peers.ts';
import { headersOf, keyOf, ticketReceived } from './payload.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { stageInput, stageOutput } from './stage.ts';
import { type Observed, openSubject, type Subject } from './subject.ts';
import type { StageRequest } from './subjects/stage-ours.ts';
import type { StreamsRequest } from './subjects/stage-streams.ts';

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

interface Run<Request> {
  /** What this side's request says besides. */
  readonly request: Omit<Request, 'servers' | 'group' | 'from' | 'to' | 'records'>;
  readonly from: string;
  readonly run: string;
  readonly records: number;
}

/** One run of one side, on an output topic and a group of its own; every record must be there once. */
const runStage = async <Request extends Omit<StageRequest, 'driver'>>(
  cluster: Cluster,
  subject: Subject<Request>,
  { request, from, run, records }: Run<Request>,
): Promise<Observed> => {
  const to = `${from}.${run}`;
  const group = `bench.${run}`;
  await cluster.create([stageOutput(to)]);
  await cluster.createGroup(group);
  const observed = await subject.run({ ...request, servers: cluster.servers, group, from, to, records } as Request);
  const written = await cluster.count(to);
  return written === records ? observed : { ...observed, faults: [`${written} outputs of ${records} inputs`] };
};

/** The pipeline runtime on real Kafka, against the same work by hand on the same client, and by Kafka Streams. */
export const stageBench: Bench = {
  name: 'stage',
  summary: 'consume → decode → add a field → encode → produce → commit, 1 KB Avro: a pipeline against the same by hand',
  run: async (context) => {
    const classPath = await findJavaPeers(context);
    await using cluster = await startCluster(context);
    const records = Math.ceil(100_000 * context.scale);
    const from = 'bench.stage';
    await fillStage(cluster, from, records);
    const figures: Figure[] = [];
    for (const driver of drivers)
      figures.push(...(await measure(context, cluster, { driver, from, records, classPath })));
    return figures;
  },
};

interface Measured {
  readonly driver: Driver;
  readonly from: string;
  readonly records: number;
  readonly classPath: string | null;
}

const measure = async (
  context: BenchContext,
  cluster: Cluster,
  { driver, from, records, classPath }: Measured,
): Promise<readonly Figure[]> => {
  await using ours = await openSubject<StageRequest>('stage-ours', context);
  await using raw = await openSubject<StageRequest>(`stage-${driver}`, context);
  const side = (subject: Subject<StageRequest>, name: string) => (repeat: number) =>
    runStage(cluster, subject, { request: { driver }, from, records, run: `${name}.${driver}.${repeat}` });
  const sides = { 'by hand': side(raw, 'hand'), pipeline: side(ours, 'ours') };
  const judge = (pipeline: readonly Observed[], byHand: readonly Observed[]): Figure =>
    shareOf(0.8, {
      name: `stage.${driver}`,
      unit: 'records/s',
      runs: pipeline.map(rateOf),
      limits: byHand.map(rateOf),
      ...costOf(pipeline),
    });
  // The faster client is the one to hold against the JVM's own library.
  if (driver !== 'platformatic' || classPath === null) {
    for (const warm of Object.values(sides)) await warm(0);
    const seen = await inTurn(context, sides);
    return [judge(seen.pipeline, seen['by hand'])];
  }
  await using streams = await openSubject<StreamsRequest>('stage-streams', context);
  const all = {
    ...sides,
    'Kafka Streams': (repeat: number) =>
      runStage(cluster, streams, { request: { classPath }, from, records, run: `streams.${repeat}` }),
  };
  for (const warm of Object.values(all)) await warm(0);
  const seen = await inTurn(context, all);
  return [
    judge(seen.pipeline, seen['by hand']),
    shareOf(0.7, {
      name: `stage.${driver}.kafka-streams`,
      unit: 'records/s',
      runs: seen.pipeline.map(rateOf),
      limits: seen['Kafka Streams'].map(rateOf),
      ...costOf(seen.pipeline),
    }),
  ];
};
