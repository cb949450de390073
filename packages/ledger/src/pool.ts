import { hash } from 'node:crypto';
import pg, { type Pool, type PoolClient, type PoolConfig, type QueryResultRow } from 'pg';
import { parameters } from './parameters.ts';

export { asJson } from './parameters.ts';

export interface PostgresPoolOptions {
  readonly url: string;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  /** Past it a statement counts as unanswered and its connection is dropped. */
  readonly queryTimeoutMs: number;
  /** Past it the server ends a statement by itself, where it can be told so. */
  readonly statementTimeoutMs: number;
  /** Shown by Postgres in `pg_stat_activity`. */
  readonly applicationName: string;
  /** An idle connection that broke; it is replaced on the next use. */
  readonly onIdleError: (error: Error) => void;
}

/**
 * Connections to a Postgres that may stand behind a transaction pooler, where each transaction meets another session.
 * So nothing here is kept by a session, and nobody above may keep anything there: no `SET`, no `LISTEN`, no temporary
 * table, and of advisory locks only those that end with their transaction.
 */
export interface PostgresPool {
  /** Without values `text` may be several statements: they are one transaction, and answer no rows. */
  query<R extends QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>;
  /** The same, parsed once per session where sessions are ours. */
  prepared<R extends QueryResultRow>(text: string, values: unknown[]): Promise<R[]>;
  /** For several statements between `BEGIN` and `COMMIT`. */
  connect(): Promise<PoolClient>;
  /** Waits for running statements. */
  end(): Promise<void>;
}

export function openPool(options: PostgresPoolOptions): PostgresPool {
  // A pooler refuses parameters of a session that it would have to give to others; then the limit of the client remains.
  let isLimitedByServer = true;
  let isPreparing = true;
  let pool = makePool(options, isLimitedByServer);

  const connected = async <T>(work: (pool: Pool) => Promise<T>): Promise<T> => {
    const tried = pool;
    try {
      return await work(tried);
    } catch (error) {
      if (!isStartupRefused(error) || (tried === pool && !isLimitedByServer)) throw error;
      if (tried === pool) {
        isLimitedByServer = false;
        pool = makePool(options, isLimitedByServer);
        void tried.end().catch(() => undefined);
      }
      return work(pool);
    }
  };

  return {
    query: (text, values) =>
      connected(async (open) => (await open.query(text, values && parameters(values))).rows ?? []),
    async prepared<R extends QueryResultRow>(text: string, given: unknown[]): Promise<R[]> {
      const values = parameters(given);
      const unnamed = () => connected(async (open) => (await open.query<R>(text, values)).rows);
      if (!isPreparing) return unnamed();
      try {
        return await connected(async (open) => (await open.query<R>({ name: statementName(text), text, values })).rows);
      } catch (error) {
        if (!isUnprepared(error)) throw error;
        isPreparing = false;
        return unnamed();
      }
    },
    connect: () => connected((open) => open.connect()),
    end: () => pool.end(),
  };
}

function makePool(options: PostgresPoolOptions, isLimitedByServer: boolean): Pool {
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    // A server that is frozen ends nothing; the client must give up by itself.
    query_timeout: options.queryTimeoutMs,
    application_name: options.applicationName,
    keepAlive: true,
    allowExitOnIdle: true,
    ...(isLimitedByServer ? { statement_timeout: options.statementTimeoutMs } : {}),
  };
  const pool = new pg.Pool(config);
  // Without a listener it would end the process.
  pool.on('error', options.onIdleError);
  return pool;
}

/** By its text: where sessions are shared, one name must never stand for the statement of another version or service. */
const statementName = (text: string): string => `millrace ${hash('sha256', text, 'hex').slice(0, 32)}`;

/** Whether the session that answered is not the one that prepared. Nothing was executed. */
export const isUnprepared = (error: unknown): boolean => ['26000', '42P05'].includes(codeOf(error));

/** How PgBouncer says that it will not take a parameter of the session. */
const isStartupRefused = (error: unknown): boolean =>
  codeOf(error) === '08P01' && Error.isError(error) && error.message.includes('startup parameter');

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
