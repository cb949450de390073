import type { ClientBase } from 'pg';

/** One step of a schema's history. Never edited once released: add the next. */
export interface Migration {
  readonly id: string;
  /** `:schema` stands for the quoted schema. */
  readonly sql: string;
}

/** All the steps of one Postgres schema, in order. */
export interface SchemaHistory {
  readonly schema: string;
  readonly migrations: readonly Migration[];
}

/** One lock for every schema of ours, so that two services starting at once take turns. */
const lockKey = 7_465_021;

/** Applies what is missing, in one transaction under an advisory lock: a crash half-way leaves nothing. */
export async function migrate(client: ClientBase, { schema, migrations }: SchemaHistory): Promise<void> {
  const quoted = quoteSchema(schema);
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoted}`);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${quoted}.migrations (id text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const { rows } = await client.query<{ id: string }>(`SELECT id FROM ${quoted}.migrations`);
    const applied = new Set(rows.map(({ id }) => id));
    for (const { id, sql } of migrations) {
      if (applied.has(id)) continue;
      await client.query(sql.replaceAll(':schema', quoted));
      await client.query(`INSERT INTO ${quoted}.migrations (id) VALUES ($1)`, [id]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}); // the connection may be what failed
    throw error;
  }
}

/** A schema's name inside a statement. */
export function quoteSchema(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new RangeError(`not a schema name of ours: ${schema}`);
  return `"${schema}"`;
}
