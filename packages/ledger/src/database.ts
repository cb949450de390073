import type { CodedError } from '@millrace/messaging';
import { CodedError as Coded, retry } from '@millrace/messaging';
import { type Logger, names, type ReadinessState } from '@millrace/service';
import type { PoolClient, QueryResultRow } from 'pg';
import { migrate, type SchemaHistory } from './migrations.ts';
import { parameters } from './parameters.ts';
import { openPool, type PostgresPool } from './pool.ts';
import { postgresError } from './postgres-errors.ts';

export interface DatabaseOptions {
  readonly url: string;
  /** What must exist before the first statement. */
  readonly histories: readonly SchemaHistory[];
  readonly logger: Logger;
  /** Shown by Postgres in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /** Past it a statement counts as unanswered and its connection is dropped. */
  readonly statementTimeoutMs?: number;
  /** How often an absent server is asked whether it is back. Nothing is asked while it is there. */
  readonly probeEveryMs?: number;
}

export type Query = <R extends QueryResultRow>(text: string, values?: unknown[]) => Promise<R[]>;

/**
 * A Postgres that may go away and come back. Statements fail with a `CodedError` (`postgresError`); none is repeated here.
 * Away: while it is, a probe asks quietly, readiness says so, and the first answer ends it.
 */
export interface Database {
  /** Never rejects for a server that is away: the migrations then run before the first statement that reaches it. */
  open(): Promise<void>;
  /** One statement on any connection. */
  readonly query: Query;
  /** The same for one that is asked often: parsed once per session where sessions are ours. */
  readonly prepared: Query;
  /** All of `work` or nothing. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  readiness(): ReadinessState;
  /** Asks now. */
  isReachable(): Promise<boolean>;
  /** Waits for running statements. Idempotent. */
  close(): Promise<void>;
}

export function connectDatabase(options: DatabaseOptions): Database {
  return new PooledDatabase(options);
}

class PooledDatabase implements Database {
  readonly #options: DatabaseOptions;
  readonly #pool: PostgresPool;
  #migrated: Promise<void> | null = null;
  #away: CodedError | null = null;
  #probe: NodeJS.Timeout | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: DatabaseOptions) {
    const { url, maxConnections = 6, connectTimeoutMs = 3_000, statementTimeoutMs = 10_000 } = options;
    this.#options = options;
    this.#pool = openPool({
      url,
      maxConnections,
      connectTimeoutMs,
      queryTimeoutMs: statementTimeoutMs,
      statementTimeoutMs,
      applicationName: options.applicationName,
      onIdleError: (error) => this.#failed(postgresError(error)),
    });
  }

  async open(): Promise<void> {
    await this.#migrateOnce().catch(() => {}); // logged by #failed, said by readiness, tried again by the next statement
  }

  readonly query: Query = <R extends QueryResultRow>(text: string, values?: unknown[]) =>
    this.#asked(async () => {
      await this.#migrateOnce();
      return this.#pool.query<R>(text, values);
    });

  readonly prepared: Query = <R extends QueryResultRow>(text: string, values: unknown[] = []) =>
    this.#asked(async () => {
      await this.#migrateOnce();
      return this.#pool.prepared<R>(text, values);
    });

  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    await this.#asked(() => this.#migrateOnce());
    const client = await this.#asked(() => this.#pool.connect());
    const query: Query = (text, values) =>
      this.#asked(async () => (await client.query(text, values && parameters(values))).rows as never);
    return this.#lend(client, async () => {
      await query('BEGIN');
      const result = await work(query);
      await query('COMMIT');
      return result;
    });
  }

  readiness(): ReadinessState {
    return this.#away === null ? { ok: true } : { ok: false, reason: this.#away.message };
  }

  async isReachable(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    if (this.#probe !== null) clearTimeout(this.#probe);
    await this.#pool.end();
  }

  async #asked<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) {
      throw new Coded('X_LEDGER_CLOSED', 'the database was used after it was closed', {
        disposition: retry(),
        unavailable: true,
      });
    }
    try {
      const result = await work();
      this.#answered();
      return result;
    } catch (error) {
      const coded = postgresError(error);
      this.#failed(coded);
      throw coded;
    }
  }

  #migrateOnce(): Promise<void> {
    this.#migrated ??= this.#migrateAll().catch((error: unknown) => {
      this.#migrated = null;
      const coded = postgresError(error);
      this.#failed(coded);
      throw coded;
    });
    return this.#migrated;
  }

  async #migrateAll(): Promise<void> {
    const client = await this.#pool.connect();
    await this.#lend(client, async () => {
      for (const history of this.#options.histories) await migrate(client, history);
    });
    this.#options.logger.info(
      { schemas: this.#options.histories.map(({ schema }) => schema) },
      names.logs.ledger.connected,
    );
  }

  // A client that failed is dropped, never pooled: it may be inside a transaction or half-way through an answer.
  async #lend<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
    const broken = (error: Error): void => this.#failed(postgresError(error));
    client.on('error', broken);
    let failed = true;
    try {
      const result = await work();
      failed = false;
      return result;
    } finally {
      client.off('error', broken);
      client.release(failed);
    }
  }

  #answered(): void {
    if (this.#away === null) return;
    this.#away = null;
    this.#options.logger.info(names.logs.ledger.recovered);
  }

  #failed(error: CodedError): void {
    if (error.code === 'X_LEDGER_SCHEMA') this.#migrated = null;
    const needsProbe = error.unavailable || error.code === 'X_LEDGER_ACCESS';
    if (!needsProbe || this.#closing !== null) return;
    if (this.#away === null) this.#options.logger.warn({ err: error }, names.logs.ledger.unavailable);
    this.#away = error;
    this.#probeLater();
  }

  #probeLater(): void {
    if (this.#probe !== null) return;
    this.#probe = setTimeout(() => {
      this.#probe = null;
      void this.isReachable(); // a failure comes back to #failed, which asks again
    }, this.#options.probeEveryMs ?? 1_000).unref();
  }
}
