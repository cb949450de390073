import type { SchemaHistory } from '@millrace/ledger/postgres';

/** Shared on purpose: a connection belongs to no service. */
export const tokenSchema = 'connection_tokens';

/** Instants are Postgres' own, never a process': of two processes neither can be ahead. */
export const tokenHistory: SchemaHistory = {
  schema: tokenSchema,
  migrations: [
    {
      id: '0001-tokens',
      sql: `
        CREATE TABLE :schema.tokens (
          connection text COLLATE "C" PRIMARY KEY,
          version bigint NOT NULL,
          state text NOT NULL CHECK (state IN ('authorised', 'needs-reauthorisation')),
          reason text,
          key_id text COLLATE "C",
          sealed bytea,
          life_ms bigint,
          asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
          follows_refusal boolean NOT NULL DEFAULT false,
          lease uuid,
          lease_until timestamptz,
          rest_until timestamptz,
          failures int NOT NULL DEFAULT 0,
          doubts int NOT NULL DEFAULT 0,
          failure text,
          changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
          CHECK ((key_id IS NULL) = (sealed IS NULL))
        );
      `,
    },
  ],
};
