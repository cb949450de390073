import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  openTransactionPooler,
  type TestDatabase,
  type TransactionPooler,
  testDatabase,
} from '@millrace/embedded/testing';
import { createLogger } from '@millrace/service';
import { connectDatabase } from '../src/postgres.ts';
import { ledgersOn } from './support/ledgers.ts';

let database: TestDatabase;
let pooler: TransactionPooler;
let ledgers: ReturnType<typeof ledgersOn>;

beforeAll(async () => {
  database = await testDatabase();
  pooler = await openTransactionPooler(database.url);
  ledgers = ledgersOn(pooler.url);
});

afterAll(async () => {
  await ledgers.close();
  await pooler.close();
  await database.drop();
});

const position = { topic: 't', partition: 0, offset: 1 };

async function held(text: string): Promise<unknown[]> {
  const direct = connectDatabase({
    url: database.url,
    histories: [],
    logger: createLogger({ service: 'test', level: 'silent' }),
    applicationName: 'direct',
  });
  try {
    return await direct.query(text);
  } finally {
    await direct.close();
  }
}

describe('a ledger behind a transaction pooler', () => {
  it('migrates, remembers and prunes although each transaction meets another session', async () => {
    const options = { schema: 'pooled', claimKeepMs: 1_000, effectKeepMs: 1_000, bodyKeepMs: 1_000 };
    const [one, other] = await Promise.all([ledgers.open(options), ledgers.open(options)]);
    for (let round = 0; round < 5; round += 1) {
      const request = {
        source: 's',
        identity: randomUUID(),
        eventId: randomUUID(),
        receivedAt: ledgers.clock.now,
      };
      expect(await one.claims.claim(request)).toEqual({ kind: 'new' });
      await one.claims.complete(request.eventId, position);
      expect(await other.claims.claim(request)).toMatchObject({ kind: 'duplicate' });
      expect(await one.effects.begin('r', request.eventId)).toBe('fresh');
      await other.effects.done('r', request.eventId, { detail: 'd', note: null });
      expect(await one.effects.begin('r', request.eventId)).toBe('done');
      const key = { stage: 's', inputId: request.eventId, generation: 0 };
      expect(await one.outcomes.record(key, Buffer.from('one'))).toEqual(Buffer.from('one'));
      expect(await other.outcomes.find(key)).toEqual(Buffer.from('one'));
      expect(await other.bodies.get(await one.bodies.put(Buffer.from(request.eventId), null))).toEqual(
        Buffer.from(request.eventId),
      );
      const owner = { group: 'g', partition: round, token: randomUUID() };
      await one.heldKeys.take({ group: 'g', partitions: [round], token: owner.token }, 10);
      const letter = { ...owner, key: Buffer.from('k'), member: request.eventId, failed: true, origin: position };
      expect(await one.heldKeys.hold(letter)).toMatchObject({ at: 0 });
      expect(await one.heldKeys.settle(owner, request.eventId)).toMatchObject({ first: null });
    }
    ledgers.clock.now += 2_000;
    expect(await one.prune()).toBe(20);
    expect(one.readiness()).toEqual({ ok: true });
    expect(pooler.transactions()).toBeGreaterThan(50);
  });

  it('leaves no lock on a session that others are given', async () => {
    expect(
      await held(`SELECT l.objid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND d.datname = current_database()`),
    ).toEqual([]);
  });
});
