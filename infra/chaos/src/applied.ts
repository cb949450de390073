import pg from 'pg';

/** One applied delivery: a row of the append-only `deliveries`. */
export interface Applied {
  readonly route: string;
  readonly eventId: string;
  readonly correlationid: string;
  /** Entity key. */
  readonly key: string;
  readonly sequence: string;
}

/** Every applied delivery in the order in which they were appended. */
export async function appliedDeliveries(url: string): Promise<readonly Applied[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Applied>(`
      SELECT route, event_id AS "eventId", coalesce(correlation_id, '') AS correlationid, id AS key, sequence
      FROM deliveries ORDER BY at, ctid`);
    return rows;
  } finally {
    await client.end();
  }
}
