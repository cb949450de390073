import { topics } from '@millrace/contracts';
import { groupOf } from '@millrace/flows';
import pg from 'pg';
import { type Cluster, partitions, startCluster } from './cluster.ts';
import { type Driver, drivers } from './drivers.ts';
import { type Bench, type BenchContext, type Figure, shareOf } from './figure.ts';
import { headersOf, keyOf } from './payload.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { schemaOf, sinkInput, ticketClassified } from './sink.ts';
import { type Observed, openSubject } from './subject.ts';
import type { SinkRequest } from './subjects/sink-ours.ts';
import type { StatementsRequest } from './subjects/sink-pg.ts';

export const sinkKeys = 10_000;
const statementRows = 1_000;

/** Makes the sink's topics and writes so many judged tickets. */
export const fillSink = async (cluster: Cluster, records: number): Promise<void> => {
  const scaled = { ...topicShape(sinkInput), partitions };
  await cluster.create([scaled, { ...topicShape(topics.deliveriesCompleted), partitions }]);
  const serde = await cluster.serde(sinkInput);
  await cluster.fill(records, (index) => ({
    topic: sinkInput.name,
    key: keyOf(index, sinkKeys),
    value: serde.encode(sinkInput, ticketClassified(index, sinkKeys)),
    headers: headersOf(sinkInput.type),
  }));
};

const topicShape = ({ name, subject, schema, partitions }: typeof topics.deliveriesCompleted | typeof sinkInput) => ({
  name,
  subject,
  schema,
  partitions,
});

/** What is wrong with a run's tables: each ticket once, each applied event noted once. */
export const sinkFaults = async (postgresUrl: string, schema: string, records: number): Promise<readonly string[]> => {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ claims: number; noted: number; events: number }>(
      `select (select count(*)::int from ${schema}.delivery_claims) claims,
              (select count(*)::int from ${schema}.deliveries) noted,
              (select count(distinct event_id)::int from ${schema}.deliveries) events`,
    );
    const { claims = 0, noted = 0, events = 0 } = rows[0] ?? {};
    return [
      ...(claims === records ? [] : [`${records - claims} of ${records} records lost`]),
      ...(noted === events ? [] : [`${noted - events} deliveries doubled`]),
    ];
  } finally {
    await client.end();
  }
};

/** The shipped sink-writers route to Postgres, against its statements alone. */
export const sinkBench: Bench = {
  name: 'sink',
  summary: 'topic → Postgres, guarded upsert and a deliveries row, against the same statements in batches of 1,000',
  run: async (context) => {
    await using cluster = await startCluster(context);
    const records = Math.ceil(30_000 * context.scale);
    await fillSink(cluster, records);
    const figures: Figure[] = [];
    for (const driver of drivers) figures.push(await measure(context, cluster, driver, records));
    return figures;
  },
};

const measure = async (context: BenchContext, cluster: Cluster, driver: Driver, records: number): Promise<Figure> => {
  await using ours = await openSubject<SinkRequest>('sink-ours', context);
  await using bare = await openSubject<StatementsRequest>('sink-pg', context);
  const { servers } = cluster;
  const sink = async (repeat: number): Promise<Observed> => {
    const route = `ours-${driver}-${repeat}`;
    await cluster.createGroup(groupOf('deliver', { flow: 'tickets', route }));
    const observed = await ours.run({ servers, driver, route, ordinal: 0, records });
    return {
      ...observed,
      faults: [...observed.faults, ...(await sinkFaults(servers.postgresUrl, schemaOf(route), records))],
    };
  };
  const statements = (repeat: number): Promise<Observed> =>
    bare.run({
      postgresUrl: servers.postgresUrl,
      schema: `bare_${driver}_${repeat}`,
      records,
      keys: sinkKeys,
      batch: statementRows,
    });
  await sink(0);
  const seen = await inTurn(context, { statements, sink });
  return shareOf(0.7, {
    name: `sink.${driver}`,
    unit: 'records/s',
    runs: seen.sink.map(rateOf),
    limits: seen.statements.map(rateOf),
    ...costOf(seen.sink),
  });
};
