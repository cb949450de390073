import { hash } from 'node:crypto';
import { connectLedger } from '@millrace/ledger';
import { createLogger } from '@millrace/service';
import pg from 'pg';
import { startMeter } from '../meter.ts';
import type { SubjectRun } from '../subject.ts';
import type { LedgerRequest, LedgerWork } from './ledger-ours.ts';

type Batch = (ids: readonly string[]) => Promise<void>;

/** The same rows in the same tables over one connection of the same client, full batches one after the other. */
export const run: SubjectRun<LedgerRequest> = async (request) => {
  const { postgresUrl, schema, work, callers, records, outcomeBytes } = request;
  const made = connectLedger({
    ...{ url: postgresUrl, schema, now: Date.now, logger: createLogger({ service: 'bench', level: 'error' }) },
  });
  await made.open();
  await made.close();
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const bytes = Buffer.alloc(outcomeBytes, 'o');
  const batches: Readonly<Record<LedgerWork, Batch>> = {
    effects: async (ids) => {
      const keys = ids.map((id) => hash('sha256', `zendesk:${id}`, 'hex').slice(0, 32));
      await client.query({
        name: 'begin',
        text: `INSERT INTO ${schema}.effects (route, event_id, started_at) SELECT 'tickets.bench', id, $2 FROM unnest($1::text[], $3::uuid[]) AS given (id, key)
          LEFT JOIN ${schema}.settled_keys AS settled ON settled.route = 'tickets.bench' AND settled.key = given.key WHERE settled.key IS NULL ON CONFLICT DO NOTHING`,
        values: [ids, Date.now(), keys],
      });
      await client.query({
        name: 'done',
        text: `WITH settled AS (INSERT INTO ${schema}.settled_keys (route, key, sequence, generation, keep_from)
            SELECT 'tickets.bench', key, '001795169527672-0000000000000000042', 0, $2::bigint FROM unnest($3::uuid[]) AS key ON CONFLICT DO NOTHING)
          UPDATE ${schema}.effects SET done_at = $2, detail = 'ticket 7' WHERE route = 'tickets.bench' AND event_id = ANY($1::text[])`,
        values: [ids, Date.now(), keys],
      });
    },
    outcomes: async (ids) => {
      await client.query({
        name: 'find',
        text: `SELECT input_id, outcome FROM ${schema}.outcomes WHERE stage = 'classify' AND generation = 0 AND input_id = ANY($1::text[])`,
        values: [ids],
      });
      await client.query({
        name: 'record',
        text: `INSERT INTO ${schema}.outcomes (stage, input_id, generation, outcome, recorded_at) SELECT 'classify', id, 0, bytes, $3 FROM unnest($1::text[], $2::bytea[]) AS given (id, bytes) ON CONFLICT DO NOTHING`,
        values: [ids, ids.map(() => bytes), Date.now()],
      });
    },
  };
  const meter = startMeter();
  for (let from = 0; from < records; from += callers) {
    const size = Math.min(callers, records - from);
    await batches[work](Array.from({ length: size }, (_, at) => `event-${from + at}`));
  }
  const cost = meter.stop();
  const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${schema}.${work}`);
  await client.end();
  const count = rows[0]?.count ?? 0;
  return { ...cost, records, faults: count === records ? [] : [`${count} of ${records} rows`] };
};
