import { entityColumns } from '@millrace/connectors/vendors/postgres/columns';
import { toRow } from '@millrace/connectors/vendors/postgres/rows';
import { applyStatement, tableStatements } from '@millrace/connectors/vendors/postgres/statements';
import { readIdentity } from '@millrace/messaging';
import pg from 'pg';
import { startMeter } from '../meter.ts';
import { headersOf } from '../payload.ts';
import { sinkInput, ticketClassified } from '../sink.ts';
import type { SubjectRun } from '../subject.ts';

export interface StatementsRequest {
  readonly postgresUrl: string;
  readonly schema: string;
  readonly records: number;
  readonly keys: number;
  readonly batch: number;
}

/** The sink's own statements over one connection of the same client, full batches one after the other, no Kafka. */
export const run: SubjectRun<StatementsRequest> = async ({ postgresUrl, schema, records, keys, batch }) => {
  const target = { schema, table: 'tickets', columns: entityColumns(sinkInput.schema) };
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  for (const text of tableStatements(target)) await client.query(text);
  const statement = applyStatement(target);
  const route = `tickets.${schema}`;
  const rows = Array.from({ length: records }, (_, index) => {
    const value = ticketClassified(index, keys);
    const id = readIdentity(headersOf(sinkInput.type)).id ?? '';
    const delivery = {
      route,
      eventId: id,
      correlationid: id,
      key: `zendesk:${value.entity.id}`,
      entity: 'tickets',
      sequence: value.sequence ?? '',
      generation: 0,
      value,
      view: {},
    };
    return toRow(delivery, target.columns);
  });
  const meter = startMeter();
  for (let at = 0; at < records; at += batch) {
    const values = [JSON.stringify(rows.slice(at, at + batch)), route, 'tickets'];
    await client.query({ name: 'apply', text: statement, values });
  }
  const cost = meter.stop();
  await client.end();
  return { ...cost, records, faults: [] };
};
