import { deliveriesAgeIndex, deliveriesTable, deliveriesTableLock } from '@millrace/contracts';
import type { Migration } from './migrations.ts';

const day = 86_400_000;

/** The tables of one service's ledger. */
export const ledgerMigrations: readonly Migration[] = [
  {
    id: '0001-claims-outcomes-effects',
    sql: `
      CREATE TABLE :schema.claims (
        key text COLLATE "C" PRIMARY KEY,
        event_id uuid NOT NULL,
        source text NOT NULL,
        received_at bigint NOT NULL,
        digest text,
        lease_until bigint NOT NULL,
        topic text,
        partition int,
        "offset" bigint
      );
      CREATE INDEX claims_event_id ON :schema.claims (event_id);
      CREATE INDEX claims_age ON :schema.claims USING brin (received_at);

      CREATE TABLE :schema.outcomes (
        stage text COLLATE "C" NOT NULL,
        input_id text COLLATE "C" NOT NULL,
        generation bigint NOT NULL,
        outcome bytea NOT NULL,
        recorded_at bigint NOT NULL,
        PRIMARY KEY (stage, input_id, generation)
      );
      CREATE INDEX outcomes_age ON :schema.outcomes USING brin (recorded_at);

      CREATE TABLE :schema.effects (
        route text COLLATE "C" NOT NULL,
        event_id text COLLATE "C" NOT NULL,
        started_at bigint NOT NULL,
        done_at bigint,
        detail text,
        PRIMARY KEY (route, event_id)
      );
      CREATE INDEX effects_age ON :schema.effects USING brin (started_at);
    `,
  },
];

export const heldKeysMigration: Migration = {
  id: '0003-held-keys',
  sql: `
    CREATE TABLE :schema.held_owners (
      "group" text COLLATE "C" NOT NULL,
      partition int NOT NULL,
      token text NOT NULL,
      PRIMARY KEY ("group", partition)
    );
    CREATE TABLE :schema.held_records (
      "group" text COLLATE "C" NOT NULL,
      key bytea NOT NULL,
      at bigint NOT NULL,
      member text COLLATE "C" NOT NULL,
      hold text NOT NULL,
      partition int NOT NULL,
      origin_topic text NOT NULL,
      origin_partition int NOT NULL,
      origin_offset bigint NOT NULL,
      failed boolean NOT NULL,
      settled boolean NOT NULL DEFAULT false,
      held_at bigint NOT NULL,
      PRIMARY KEY ("group", key, at),
      UNIQUE ("group", member)
    );
    CREATE INDEX held_records_open ON :schema.held_records ("group", key, at) WHERE NOT settled;
    CREATE INDEX held_records_age ON :schema.held_records USING brin (held_at);
  `,
};

/**
 * The newest event of each key that a route is done with. `key` is half a SHA-256: of fixed size, and nobody's name.
 * `keep_from` is a day, so that most updates of a row leave its index alone.
 */
export const settledKeysMigration: Migration = {
  id: '0005-settled-keys',
  sql: `
    CREATE TABLE :schema.settled_keys (
      route text COLLATE "C" NOT NULL,
      key uuid NOT NULL,
      sequence text COLLATE "C" NOT NULL,
      generation bigint NOT NULL,
      keep_from bigint NOT NULL,
      PRIMARY KEY (route, key)
    ) WITH (fillfactor = 80);
    CREATE INDEX settled_keys_age ON :schema.settled_keys (keep_from);
  `,
};

/** By which key an outcome is found that must not stay. */
export const outcomeKeysMigration: Migration = {
  id: '0007-outcome-keys',
  sql: `
    ALTER TABLE :schema.outcomes ADD COLUMN key bytea;
    CREATE INDEX outcomes_key ON :schema.outcomes (stage, key) WHERE key IS NOT NULL;
  `,
};

/** By which key an effect is found again that may have to be erased; only those have one. */
export const effectKeysMigration: Migration = {
  id: '0006-effect-keys',
  sql: `
    ALTER TABLE :schema.effects ADD COLUMN key uuid;
    CREATE INDEX effects_key ON :schema.effects (route, key) WHERE key IS NOT NULL;
  `,
};

/** The outside contract's table, which a Postgres sink on the same database makes too. */
export const deliveriesMigration = (table: string): Migration => ({
  id: '0002-deliveries',
  sql: [`SELECT pg_advisory_xact_lock(hashtextextended('${deliveriesTableLock}', 0))`, ...deliveriesTable(table)].join(
    ';\n',
  ),
});

/** Finds what is old without a look at every row. */
export const deliveriesAgeMigration = (table: string): Migration => ({
  id: '0004-deliveries-age',
  sql: deliveriesAgeIndex(table),
});

/** Claim-checked bodies, shared by every service on purpose. */
export const bodySchema = 'claim_checks';

export const bodyMigrations: readonly Migration[] = [
  {
    id: '0001-bodies',
    sql: `
      CREATE TABLE :schema.bodies (ref text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL, put_at bigint NOT NULL);
      ALTER TABLE :schema.bodies ALTER COLUMN bytes SET STORAGE EXTERNAL;
      CREATE INDEX bodies_age ON :schema.bodies (put_at);
    `,
  },
  {
    id: '0002-keep-until',
    // The default is for what a process of the version before puts meanwhile.
    sql: `
      ALTER TABLE :schema.bodies ADD COLUMN keep_until bigint;
      UPDATE :schema.bodies SET keep_until = put_at + ${97 * day};
      ALTER TABLE :schema.bodies ALTER COLUMN keep_until SET NOT NULL,
        ALTER COLUMN keep_until SET DEFAULT (extract(epoch FROM now()) * 1000)::bigint + ${97 * day};
      CREATE INDEX bodies_keep_until ON :schema.bodies (keep_until);
      DROP INDEX :schema.bodies_age;
    `,
  },
  {
    id: '0003-body-keys',
    sql: `
      ALTER TABLE :schema.bodies ADD COLUMN erased boolean NOT NULL DEFAULT false;
      CREATE TABLE :schema.body_keys (
        ref text COLLATE "C" NOT NULL REFERENCES :schema.bodies ON DELETE CASCADE,
        key bytea NOT NULL,
        PRIMARY KEY (key, ref)
      );
      CREATE INDEX body_keys_ref ON :schema.body_keys (ref);
    `,
  },
];
