import { randomBytes } from 'node:crypto';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import { createLogger } from '@millrace/service';
import {
  type CredentialReader,
  type CredentialReaderOptions,
  type CredentialStore,
  createCredentialReader,
  createCredentialStore,
  credentialsHistory,
} from '../../src/credentials/index.ts';

/** One process, as far as credentials go. */
export interface Process {
  readonly database: Database;
  readonly store: CredentialStore;
  readonly reader: CredentialReader;
  readonly logs: string[];
  close(): Promise<void>;
}

export interface ProcessOptions extends Partial<Omit<CredentialReaderOptions, 'database' | 'now'>> {
  readonly url: string;
  readonly now: () => number;
}

/** On a real Postgres, with a connection and a cache of its own. Its reader asks when it is told to, or once opened. */
export function aProcess({ url, now, ...options }: ProcessOptions): Process {
  const logs: string[] = [];
  const logger = createLogger({
    service: 'test',
    level: 'debug',
    destination: { write: (line) => void logs.push(line) },
  });
  const database = connectDatabase({
    ...{ url, logger },
    histories: [credentialsHistory],
    applicationName: 'test',
    probeEveryMs: 50,
    connectTimeoutMs: 1_000,
    statementTimeoutMs: 2_000,
  });
  const reader = createCredentialReader({ database, now, ...options });
  return {
    ...{ database, reader, logs },
    store: createCredentialStore({ database, now, randomBytes }),
    close: async () => {
      await reader.close();
      await database.close();
    },
  };
}

export async function until(what: string, ask: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; ) {
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ${withinMs} ms: ${what}`);
}

export const aToken = {
  kind: 'token',
  name: 'ada',
  roles: ['operator'],
  groups: ['sink-writers.*'],
  topics: ['*'],
  scopes: [],
  expiresAt: null,
} as const;

export const aKey = {
  kind: 'key',
  name: 'shop',
  roles: [],
  groups: [],
  topics: [],
  scopes: ['tickets'],
  expiresAt: null,
} as const;
