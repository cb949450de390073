import { randomUUID } from 'node:crypto';
import { connectDatabase, type DatabaseOptions } from '@millrace/ledger/postgres';
import { type Clock, systemClock } from '@millrace/messaging';
import type { TokenSource } from '@millrace/resilience/token-source';
import type { Metrics, ReadinessState } from '@millrace/service';
import { type ConnectionTokenSource, createConnectionTokenSource } from './connection-token-source.ts';
import { createPostgresTokenStore } from './postgres-token-store.ts';
import { tokenHistory } from './schema.ts';
import { createSeals } from './sealing.ts';
import type { TokenGrant } from './token-grant.ts';
import type { TokenStore } from './token-store.ts';
import { watchTokens } from './token-watch.ts';

export interface TokensOptions
  extends Pick<DatabaseOptions, 'url' | 'logger' | 'applicationName' | 'maxConnections' | 'probeEveryMs'> {
  /** The text of `MILLRACE_TOKEN_KEYS`. */
  readonly keys: string;
  readonly metrics: Metrics;
  /** Those whose tokens this process uses, and how each gets the next one. */
  readonly grants: Readonly<Record<string, TokenGrant>>;
  readonly clock?: Clock;
  /** 0 to 1. */
  readonly random?: () => number;
}

/** The tokens of a process' connections. */
export interface Tokens {
  readonly store: TokenStore;
  /** One for each connection that has a grant. */
  readonly sources: ReadonlyMap<string, TokenSource>;
  /** Resolves also while Postgres is away: the first call that reaches it makes the table. */
  open(): Promise<void>;
  readiness(): ReadinessState;
  /** Waits until every token that only this process knows is kept. Idempotent. */
  close(): Promise<void>;
}

export function connectTokens(options: TokensOptions): Tokens {
  const { keys, grants, logger, metrics, clock = systemClock, random = Math.random } = options;
  const seals = createSeals(keys);
  const database = connectDatabase({ ...options, histories: [tokenHistory] });
  const store = createPostgresTokenStore(database, seals);
  const watch = watchTokens(metrics, Object.keys(grants));
  const sources = new Map<string, ConnectionTokenSource>(
    Object.entries(grants).map(([connection, grant]) => [
      connection,
      createConnectionTokenSource({ connection, store, grant, clock, random, newId: randomUUID, watch, logger }),
    ]),
  );
  return {
    store,
    sources,
    open: () => database.open(),
    readiness: () => database.readiness(),
    close: async () => {
      await Promise.all([...sources.values()].map((source) => source.close()));
      await database.close();
    },
  };
}
