import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import type { Ledger } from '../../src/index.ts';
import { ledgersOn, type TestLedgers } from './ledgers.ts';

/** What the tests of one file share: a database, and two ledgers on it, as two processes have. */
export interface LedgersOfFile extends Pick<TestLedgers, 'open' | 'clock'> {
  readonly url: string;
  readonly one: Ledger;
  readonly other: Ledger;
  aRequest(identity?: string): {
    readonly source: string;
    readonly identity: string;
    readonly eventId: string;
    readonly receivedAt: number;
  };
}

/** Called once, where the file begins. */
export function ledgersOfFile(): LedgersOfFile {
  let database: TestDatabase;
  let ledgers: TestLedgers;
  let one: Ledger;
  let other: Ledger;

  beforeAll(async () => {
    database = await testDatabase();
    ledgers = ledgersOn(database.url);
    // At once: both migrate, and only one does.
    [one, other] = await Promise.all([ledgers.open(), ledgers.open()]);
  });
  afterAll(async () => {
    await ledgers.close();
    await database.drop();
  });

  return {
    get url() {
      return database.url;
    },
    get one() {
      return one;
    },
    get other() {
      return other;
    },
    get clock() {
      return ledgers.clock;
    },
    open: (options) => ledgers.open(options),
    aRequest: (identity = randomUUID()) => ({
      ...{ source: 'zendesk', identity },
      eventId: randomUUID(),
      receivedAt: ledgers.clock.now,
    }),
  };
}
