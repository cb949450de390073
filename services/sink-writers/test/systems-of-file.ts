import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { connectLedger, type Ledger } from '@millrace/ledger';
import { createLogger } from '@millrace/service';
import pg from 'pg';
import { aVendorStreet, type System, type SystemOptions, startSystem, type VendorStreet } from './a-system.ts';

/** What the tests of one file share: Postgres with a ledger in it, and vendors; each test finds both empty. */
export interface SystemsOfFile {
  readonly database: TestDatabase;
  /** Into that database. */
  readonly reader: pg.Pool;
  readonly ledger: Ledger;
  readonly street: VendorStreet;
  /** What a system is told of them. */
  environment(): Record<string, string>;
  /** Stopped when the test ends. */
  start(deliver: string, options?: Partial<SystemOptions>): Promise<System>;
}

/** Called once, where the file begins. */
export function systemsOfFile(): SystemsOfFile {
  let database: TestDatabase;
  let reader: pg.Pool;
  let ledger: Ledger;
  let street: VendorStreet;
  const started: System[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    reader = new pg.Pool({ connectionString: database.url, max: 1 });
    reader.on('error', () => undefined);
    ledger = connectLedger({
      ...{ url: database.url, schema: 'sink_writers', now: Date.now },
      logger: createLogger({ service: 'test', level: 'silent' }),
    });
    await ledger.open();
  });
  afterAll(async () => {
    await ledger.close();
    await reader.end();
    await database.drop();
  });
  beforeEach(async () => {
    street = await aVendorStreet();
    await reader.query(
      'drop table if exists tickets, deliveries, delivery_claims; truncate sink_writers.effects, sink_writers.settled_keys',
    );
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((system) => system.close()));
    await street.close();
  });

  const environment = () => ({ ...street.environment, POSTGRES_URL: database.url });
  return {
    get database() {
      return database;
    },
    get reader() {
      return reader;
    },
    get ledger() {
      return ledger;
    },
    get street() {
      return street;
    },
    environment,
    start: async (deliver, options = {}) => {
      const system = await startSystem({ deliver, ledger, environment: environment(), ...options });
      started.push(system);
      return system;
    },
  };
}

/** Route settings of each sink, as a flow file has them. */
export const sinkSettings: Readonly<Record<string, string>> = {
  zendesk: '',
  slack: 'channel: "#urgent"',
  http: 'url: "${HTTP_BASE_URL}/hook", secret: "${HTTP_SIGNING_SECRET}"',
  postgres: 'table: tickets',
};
