import { setTimeout as pause } from 'node:timers/promises';
import { groupOf } from '@millrace/flows';
import { readIdentity } from '@millrace/messaging';
import { type Cluster, startCluster } from './cluster.ts';
import { type Driver, drivers } from './drivers.ts';
import { type Bench, type BenchContext, type Figure, told, within } from './figure.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { schemaOf, sinkInput } from './sink.ts';
import { fillSink, sinkFaults } from './sink-bench.ts';
import { stageOutput } from './stage.ts';
import { fillStage } from './stage-bench.ts';
import { type Observed, openSubject, type Subject } from './subject.ts';
import type { SinkRequest } from './subjects/sink-ours.ts';
import type { StageRequest } from './subjects/stage-ours.ts';

/** The short backlog: more than a pipeline holds, and long enough for the heap to have found its size. */
const shortBacklog = 30_000;
const backlogFactor = 10;
const pollMs = 100;

/** One kind of work to be scaled. */
interface Work {
  readonly name: string;
  readonly subject: string;
  /** Fills a topic with so many records; returns its name. */
  fill(cluster: Cluster, records: number): Promise<string>;
  /** Prepares one run. */
  prepare(cluster: Cluster, driver: Driver, from: string, run: string): Promise<Prepared>;
}

interface Prepared {
  readonly group: string;
  request(ordinal: number): StageRequest | SinkRequest;
  /** What was lost or doubled, once all is done. */
  faults(records: number): Promise<readonly string[]>;
}

const stage: Work = {
  name: 'stage',
  subject: 'stage-ours',
  fill: async (cluster, records) => {
    const from = `bench.scale.${records}`;
    await fillStage(cluster, from, records);
    return from;
  },
  prepare: async (cluster, driver, from, run) => {
    const to = `${from}.${run}`;
    const group = `bench.scale-${run}`;
    await cluster.create([stageOutput(to)]);
    await cluster.createGroup(group);
    return {
      group,
      request: () => ({ servers: cluster.servers, driver, group, from, to, records: null }),
      faults: async (records) => {
        const parents = new Set<string | null>();
        let outputs = 0;
        for await (const { headers } of cluster.read(to)) {
          parents.add(readIdentity(headers).causationid);
          outputs += 1;
        }
        return faultsOf(records, parents.size, outputs);
      },
    };
  },
};

const sink: Work = {
  name: 'sink',
  subject: 'sink-ours',
  fill: async (cluster, records) => {
    await fillSink(cluster, records);
    return sinkInput.name;
  },
  prepare: async (cluster, driver, _from, run) => {
    const route = `scale-${run}`;
    const group = groupOf('deliver', { flow: 'tickets', route });
    await cluster.createGroup(group);
    return {
      group,
      request: (ordinal) => ({ servers: cluster.servers, driver, route, ordinal, records: null }),
      faults: (records) => sinkFaults(cluster.servers.postgresUrl, schemaOf(route), records),
    };
  },
};

const faultsOf = (wanted: number, distinct: number, all: number): readonly string[] => [
  ...(distinct === wanted ? [] : [`${wanted - distinct} of ${wanted} records lost`]),
  ...(all === distinct ? [] : [`${all - distinct} records doubled`]),
];

/** Whether a backlog costs memory, and what a second instance brings, with every record counted afterwards. */
export const scaleBench: Bench = {
  name: 'scale',
  summary: 'stage and sink with 1 and 2 instances and a 10 times longer backlog: memory, rate, nothing lost or doubled',
  run: async (context) => {
    const figures: Figure[] = [];
    for (const driver of drivers) {
      for (const work of [stage, sink]) figures.push(...(await measure(context, driver, work)));
    }
    return figures;
  },
};

const measure = async (context: BenchContext, driver: Driver, work: Work): Promise<readonly Figure[]> => {
  // A cluster of its own: the sink's topic has one name, and holds the short backlog first and the long one after.
  await using cluster = await startCluster(context);
  const short = Math.ceil(shortBacklog * context.scale);
  const long = short * backlogFactor;
  const drained = async (from: string, records: number, instances: number, run: string): Promise<Observed> => {
    const prepared = await work.prepare(cluster, driver, from, run);
    return drain(context, cluster, work, { prepared, from, records, instances });
  };
  const from = await work.fill(cluster, short);
  const first = await inTurn(context, { short: (repeat) => drained(from, short, 1, `short-${driver}-${repeat}`) });
  const longFrom = await work.fill(cluster, from === sinkInput.name ? long - short : long);
  const seen = await inTurn(context, {
    'long, 1 instance': (repeat) => drained(longFrom, long, 1, `one-${driver}-${repeat}`),
    'long, 2 instances': (repeat) => drained(longFrom, long, 2, `two-${driver}-${repeat}`),
  });
  const one = seen['long, 1 instance'];
  const two = seen['long, 2 instances'];
  return [
    within(1.25, {
      name: `scale.${work.name}.${driver}.memory`,
      unit: 'MB',
      runs: one.map(({ rssMb }) => rssMb),
      limits: first.short.map(({ rssMb }) => rssMb),
      ...costOf(one),
    }),
    told({
      name: `scale.${work.name}.${driver}.2-instances`,
      unit: 'records/s',
      runs: two.map(rateOf),
      limits: one.map((observed) => 2 * rateOf(observed)),
      ...costOf(two),
    }),
  ];
};

interface Drained {
  readonly prepared: Prepared;
  readonly from: string;
  readonly records: number;
  readonly instances: number;
}

/** New processes work the whole backlog off; ends when the group has committed all of it. */
const drain = async (
  context: BenchContext,
  cluster: Cluster,
  work: Work,
  { prepared, from, records, instances }: Drained,
): Promise<Observed> => {
  const subjects: Subject<unknown>[] = [];
  const done = new AbortController();
  try {
    for (let index = 0; index < instances; index += 1) subjects.push(await openSubject(work.subject, context));
    const running = Promise.all(
      subjects.map((subject, ordinal) => subject.run(prepared.request(ordinal), done.signal)),
    );
    await Promise.race([
      running,
      allCommitted(cluster, prepared.group, from, AbortSignal.any([context.signal, done.signal])),
    ]);
    done.abort();
    const observed = together(await running);
    return { ...observed, faults: [...observed.faults, ...(await prepared.faults(records))] };
  } finally {
    done.abort();
    await Promise.all(subjects.map((subject) => subject[Symbol.asyncDispose]()));
  }
};

const allCommitted = async ({ broker }: Cluster, group: string, topic: string, signal: AbortSignal): Promise<void> => {
  const ends = await broker.admin.offsets([topic]);
  for (;;) {
    const committed = await broker.admin.committed(group, [topic]).catch(() => []); // the group may still be loading
    const at = new Map(committed.map((each) => [each.partition, each.committed?.offset ?? 0]));
    if (ends.every(({ partition, latest }) => (at.get(partition) ?? 0) >= latest)) return;
    await pause(pollMs, undefined, { signal });
  }
};

/** Instances side by side: from the first record of any to the last of any. */
const together = (observed: readonly Observed[]): Observed => {
  const busy = observed.filter(({ records }) => records > 0);
  const startedAt = Math.min(...busy.map((each) => each.startedAt));
  const endedAt = Math.max(...busy.map((each) => each.endedAt));
  return {
    records: busy.reduce((sum, each) => sum + each.records, 0),
    startedAt,
    endedAt,
    seconds: (endedAt - startedAt) / 1_000,
    cpuSeconds: busy.reduce((sum, each) => sum + each.cpuSeconds, 0),
    rssMb: Math.max(...busy.map((each) => each.rssMb)),
    faults: [
      ...busy.flatMap(({ faults }) => faults),
      ...(busy.length === observed.length ? [] : ['an instance got nothing to do']),
    ],
  };
};
