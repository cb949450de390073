import type { SchemaHistory } from '@millrace/ledger/postgres';

/**
 * Tokens and API keys, shared by every service on purpose. `version` counts changes: it is raised under its row's lock, so it
 * grows in the order of commits, and a process that has seen one version asks only for what `changed` after it.
 */
export const credentialsHistory: SchemaHistory = {
  schema: 'operator_api',
  migrations: [
    {
      id: '0001-credentials',
      sql: `
        CREATE TABLE :schema.credentials (
          id text COLLATE "C" PRIMARY KEY,
          identity text COLLATE "C" NOT NULL,
          kind text NOT NULL CHECK (kind IN ('token', 'key')),
          name text NOT NULL,
          digest text COLLATE "C" NOT NULL UNIQUE,
          shown text NOT NULL,
          roles text[] NOT NULL,
          groups text[] NOT NULL,
          topics text[] NOT NULL,
          scopes text[] NOT NULL,
          created_by text NOT NULL,
          created_at bigint NOT NULL,
          expires_at bigint,
          rotated_from text COLLATE "C" UNIQUE REFERENCES :schema.credentials (id),
          revoked_at bigint,
          revoked_by text,
          last_used_at bigint,
          changed bigint NOT NULL
        );
        CREATE INDEX credentials_changed ON :schema.credentials (changed);
        CREATE INDEX credentials_identity ON :schema.credentials (identity);

        CREATE TABLE :schema.credentials_version (
          is_only_row boolean PRIMARY KEY DEFAULT true CHECK (is_only_row),
          version bigint NOT NULL
        );
        INSERT INTO :schema.credentials_version (version) VALUES (0);
      `,
    },
  ],
};

export const credentialsTable = 'operator_api.credentials';
export const versionTable = 'operator_api.credentials_version';
