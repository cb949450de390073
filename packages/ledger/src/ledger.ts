import { longestReturnMs } from '@millrace/contracts';
import type { BodyStore, EffectStore, HeldKeys, OutcomeStore } from '@millrace/messaging';
import { createMetrics, type Logger, type Metrics, type ReadinessState } from '@millrace/service';
import { createBodies } from './bodies.ts';
import { type Claims, createClaims } from './claims.ts';
import { connectDatabase, type DatabaseOptions } from './database.ts';
import { createEffects } from './effects.ts';
import { createHeldKeys } from './held-keys.ts';
import { quoteSchema } from './migrations.ts';
import { createOutcomes } from './outcomes.ts';
import { createPruning, type PrunedTable } from './pruning.ts';
import {
  bodyMigrations,
  bodySchema,
  deliveriesAgeMigration,
  deliveriesMigration,
  effectKeysMigration,
  heldKeysMigration,
  ledgerMigrations,
  outcomeKeysMigration,
  settledKeysMigration,
} from './schema.ts';
import { type Store, tableOf } from './store.ts';

export interface LedgerOptions
  extends Pick<DatabaseOptions, 'maxConnections' | 'connectTimeoutMs' | 'statementTimeoutMs' | 'probeEveryMs'> {
  readonly url: string;
  /** The service's own Postgres schema, e.g. `ingest_gateway`. */
  readonly schema: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** 10 s when absent. */
  readonly claimLeaseMs?: number;
  /** 7 days when absent. */
  readonly claimKeepMs?: number;
  /** `longestReturnMs` when absent. */
  readonly effectKeepMs?: number;
  /** For how long a body is kept from each time that it is put or read; `longestReturnMs` when absent. */
  readonly bodyKeepMs?: number;
  /** Rows of `deliveries` older than this are removed; all are kept when absent. */
  readonly deliveriesKeepMs?: number | undefined;
  /** The Postgres schema whose append-only `deliveries` gets a row with each effect that is done; none when absent. */
  readonly deliveriesIn?: string;
}

/**
 * What a service must remember beyond a crash. Every write is durable when its promise resolves; many callers share a statement.
 * While Postgres is away calls fail with retry and unavailable, and succeed again by themselves when it is back.
 */
export interface Ledger {
  readonly name: string;
  readonly claims: Claims;
  readonly outcomes: OutcomeStore;
  readonly effects: EffectStore;
  readonly bodies: BodyStore;
  /** Kept as long as effects are: longer than the dead letters themselves. */
  readonly heldKeys: HeldKeys;
  /** Creates what is missing. Resolves also when Postgres is away: the first call that reaches it does it then. */
  open(): Promise<void>;
  /** For `/readyz`: what the last statement found, without asking. */
  readiness(): ReadinessState;
  /** Asks now. */
  isReachable(): Promise<boolean>;
  /** Forgets what is too old. Runs by itself every ten minutes; returns how many rows went. */
  prune(signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

const day = 86_400_000;

export function connectLedger(options: LedgerOptions): Ledger {
  const { schema, now, logger, metrics = createMetrics() } = options;
  const {
    claimLeaseMs = 10_000,
    claimKeepMs = 7 * day,
    effectKeepMs = longestReturnMs,
    bodyKeepMs = longestReturnMs,
  } = options;
  const notes = options.deliveriesIn === undefined ? null : `${quoteSchema(options.deliveriesIn)}.deliveries`;
  const migrations = [
    ...ledgerMigrations,
    ...(notes === null ? [] : [deliveriesMigration(notes)]),
    heldKeysMigration,
    ...(notes === null ? [] : [deliveriesAgeMigration(notes)]),
    settledKeysMigration,
    effectKeysMigration,
    outcomeKeysMigration,
  ];
  const database = connectDatabase({
    ...options,
    applicationName: `millrace ${schema}`,
    histories: [
      { schema, migrations },
      { schema: bodySchema, migrations: bodyMigrations },
    ],
  });
  const store: Store = { database, schema, now, metrics };
  const bodyStore: Store = { ...store, schema: bodySchema };
  const own = (table: string, ageColumn: string, keepMs: number): PrunedTable => ({
    store,
    kind: table,
    table: tableOf(store, table),
    isOld: `${ageColumn} < $1`,
    keepMs,
  });
  const { deliveriesKeepMs } = options;
  const pruning = createPruning([
    own('claims', 'received_at', claimKeepMs),
    own('outcomes', 'recorded_at', effectKeepMs),
    own('effects', 'started_at', effectKeepMs),
    own('settled_keys', 'keep_from', effectKeepMs),
    own('held_records', 'held_at', effectKeepMs),
    // Each says itself how long it is kept, so it does not matter which service prunes.
    { store, kind: 'bodies', table: tableOf(bodyStore, 'bodies'), isOld: 'keep_until < $1', keepMs: 0 },
    ...(notes === null || deliveriesKeepMs === undefined
      ? []
      : [
          {
            store,
            kind: 'deliveries',
            table: notes,
            isOld: 'at < to_timestamp($1 / 1000.0)',
            keepMs: deliveriesKeepMs,
          },
        ]),
  ]);
  let stopPruning = (): void => {};

  return {
    name: 'ledger',
    claims: createClaims(store, { leaseMs: claimLeaseMs, keepMs: claimKeepMs }),
    outcomes: createOutcomes(store),
    effects: createEffects(store, notes),
    bodies: createBodies(bodyStore, bodyKeepMs),
    heldKeys: createHeldKeys(store),
    open: async () => {
      await database.open();
      stopPruning = pruning.start(logger);
    },
    readiness: () => database.readiness(),
    isReachable: () => database.isReachable(),
    prune: (signal) => pruning.prune(signal),
    close: async () => {
      stopPruning();
      await database.close();
    },
  };
}
