import { randomBytes } from 'node:crypto';
import { connectDatabase } from '@millrace/ledger/postgres';
import type { Logger, Part } from '@millrace/service';
import { type CredentialReader, createCredentialReader } from './credential-reader.ts';
import { type CredentialStore, createCredentialStore } from './credential-store.ts';
import { credentialsHistory } from './credentials-schema.ts';

export interface ConnectCredentialsOptions {
  readonly url: string;
  /** Which process asks; shown by Postgres. */
  readonly name: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
  /** How long a request waits for Postgres; a second when absent. */
  readonly lookupTimeoutMs?: number;
}

export interface Credentials extends Part {
  readonly reader: CredentialReader;
  readonly store: CredentialStore;
}

/** Connections of their own, and statements that are given up soon: no other work of the process delays a revocation. */
export function connectCredentials({ url, name, logger, ...options }: ConnectCredentialsOptions): Credentials {
  const database = connectDatabase({
    ...{ url, logger },
    histories: [credentialsHistory],
    applicationName: `${name} credentials`,
    maxConnections: 2,
    connectTimeoutMs: 2_000,
    statementTimeoutMs: 2_000,
  });
  const reader = createCredentialReader({ database, ...options });
  return {
    name: 'credentials',
    reader,
    store: createCredentialStore({ database, now: options.now, randomBytes }),
    open: async () => {
      await database.open();
      await reader.open();
    },
    close: async () => {
      await reader.close();
      await database.close();
    },
  };
}
