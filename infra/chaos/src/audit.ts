import { topics } from '@millrace/contracts';
import { connectKafka } from '@millrace/kafka';
import type { Broker, InboundRecord } from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import pg from 'pg';
import type { State } from './system.ts';

/** What became of one accepted id on one route. */
export interface RouteTally {
  readonly route: string;
  readonly delivered: number;
  readonly filtered: number;
  readonly superseded: number;
  readonly unchanged: number;
  /** Accepted, and neither delivered nor traced as anything else. */
  readonly missing: number;
  /** Ids with more than one row in `deliveries`. */
  readonly doubled: number;
}

export interface Audit {
  readonly routes: readonly RouteTally[];
  readonly missing: number;
  readonly doubled: number;
  readonly deadLetters: number;
  /** Pairs of rows of one key where the later applied one has the lower sequence. */
  readonly orderViolations: number;
  readonly missingExamples: readonly string[];
}

interface Delivered {
  readonly route: string;
  readonly correlation_id: string;
  readonly rows: number;
}

/** Counts from outside: the append-only `deliveries` table, the record of what was completed, and the dead letters. */
export async function audit(state: State, accepted: ReadonlySet<string>, routes: readonly string[]): Promise<Audit> {
  const delivered = await deliveries(state.postgres.url);
  const { outcomes, deadLetters } = await outcomesFromTopics(state, accepted);
  const missingExamples: string[] = [];

  const tallies = routes.map((route): RouteTally => {
    const rows = new Map(
      delivered.rows.filter((row) => row.route === route).map((row) => [row.correlation_id, row.rows]),
    );
    const tally = { delivered: 0, filtered: 0, superseded: 0, unchanged: 0, missing: 0, doubled: 0 };
    for (const id of accepted) {
      const count = rows.get(id) ?? 0;
      const outcome = outcomes.get(`${route} ${id}`);
      if (count > 1) tally.doubled += 1;
      if (count > 0) tally.delivered += 1;
      // A delivery is told in the same write that makes it: one that was completed and has no row is missing.
      else if (outcome !== undefined && outcome !== 'delivered') tally[outcome as 'filtered'] += 1;
      else {
        tally.missing += 1;
        if (missingExamples.length < 5) missingExamples.push(`${route} ${id}`);
      }
    }
    return { route, ...tally };
  });

  return {
    routes: tallies,
    missing: tallies.reduce((sum, { missing }) => sum + missing, 0),
    doubled: tallies.reduce((sum, { doubled }) => sum + doubled, 0),
    deadLetters,
    orderViolations: delivered.orderViolations,
    missingExamples,
  };
}

async function deliveries(
  url: string,
): Promise<{ readonly rows: readonly Delivered[]; readonly orderViolations: number }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Delivered>(
      'SELECT route, correlation_id, count(*)::int AS rows FROM deliveries GROUP BY 1, 2',
    );
    const { rows: order } = await client.query<{ violations: number }>(`
      SELECT count(*)::int AS violations FROM (
        SELECT sequence, lag(sequence) OVER (PARTITION BY route, id ORDER BY at) AS before FROM deliveries
      ) AS applied WHERE before > sequence`);
    return { rows, orderViolations: order[0]?.violations ?? 0 };
  } finally {
    await client.end();
  }
}

interface FromTopics {
  /** `<route> <correlation id>` → outcome. */
  readonly outcomes: ReadonlyMap<string, string>;
  readonly deadLetters: number;
}

async function outcomesFromTopics(state: State, accepted: ReadonlySet<string>): Promise<FromTopics> {
  const broker = await connectKafka({
    brokers: state.kafka.brokers,
    clientId: 'chaos-audit',
    logger: createLogger({ service: 'chaos', level: 'error' }),
  });
  try {
    const outcomes = new Map<string, string>();
    for await (const record of everything(broker, [topics.deliveriesCompleted.name])) {
      const id = header(record, 'ce_correlationid');
      if (id === null || record.value === null || !accepted.has(id)) continue;
      // Bare Avro follows the magic byte and the schema id.
      const { route, outcome } = topics.deliveriesCompleted.decode(record.value.subarray(5));
      outcomes.set(`${route} ${id}`, outcome);
    }
    const dead = (await broker.admin.describeTopics())
      .map(({ name }) => name)
      .filter((name) => name.startsWith('dlq.'));
    const offsets = await broker.admin.offsets(dead);
    const deadLetters = offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0);
    return { outcomes, deadLetters };
  } finally {
    await broker.close();
  }
}

async function* everything(broker: Broker, names: readonly string[]): AsyncIterable<InboundRecord> {
  const offsets = await broker.admin.offsets(names);
  yield* broker.readRanges(
    offsets.map(({ topic, partition, earliest, latest }) => ({ topic, partition, from: earliest, to: latest })),
  );
}

function header(record: InboundRecord, name: string): string | null {
  return record.headers.find(([found]) => found === name)?.[1]?.toString() ?? null;
}
