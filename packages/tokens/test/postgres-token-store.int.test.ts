import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  openTransactionPooler,
  type TestDatabase,
  type TransactionPooler,
  testDatabase,
} from '@millrace/embedded/testing';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import { createLogger } from '@millrace/service';
import { createPostgresTokenStore, createSeals, type TokenStore, tokenHistory } from '../src/index.ts';

let testing: TestDatabase;
let pooler: TransactionPooler;
let database: Database;

beforeAll(async () => {
  testing = await testDatabase();
  pooler = await openTransactionPooler(testing.url);
  database = connectDatabase({
    url: pooler.url,
    histories: [tokenHistory],
    logger: createLogger({ service: 'test', level: 'silent' }),
    applicationName: 'test',
  });
});
afterAll(async () => {
  await database?.close();
  await pooler?.close();
  await testing?.drop();
});

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const storeWith = (keys: string): TokenStore => createPostgresTokenStore(database, createSeals(keys));
const kept = (accessToken: string) => ({
  tokens: { accessToken, refreshToken: 'r', scopes: ['s'], details: { instance_url: 'https://eu.example' } },
  ...{ lifeMs: 100_000, ageMs: 0 },
});

describe('the token store, behind a transaction pooler', () => {
  it('gives the right to renew one version to one process only, however many ask at once', async () => {
    const store = storeWith(`a:${key(1)}`);
    const connection = randomUUID();
    const version = await store.put(connection, kept('one'));
    const leases = Array.from({ length: 20 }, () => randomUUID());
    const claim = (lease: string) =>
      store.claim({ connection, version, lease }, { leaseMs: 60_000, isRepeatable: false });
    const claimed = (await Promise.all(leases.map(claim))).filter((one) => one !== null);
    expect(claimed).toEqual([{ tokens: kept('one').tokens }]);
  });

  it('keeps nothing of a renewal whose connection was authorised or revoked meanwhile', async () => {
    const store = storeWith(`a:${key(1)}`);
    for (const meanwhile of [(one: string) => store.put(one, kept('new')), (one: string) => store.revoke(one)]) {
      const connection = randomUUID();
      const renewal = { connection, version: await store.put(connection, kept('one')), lease: randomUUID() };
      await store.claim(renewal, { leaseMs: 60_000, isRepeatable: false });
      await meanwhile(connection);
      expect(await store.renewed(renewal, { ...kept('late'), followsRefusal: false })).toBeNull();
      await store.failed(renewal, { says: 'late', restMs: 1_000, inDoubt: true });
      await store.over(renewal);
      expect(await store.read(connection)).toMatchObject({ version: 2, failures: 0, restMs: 0 });
    }
  });

  it('takes many grants of one connection at once, each with a version of its own', async () => {
    const store = storeWith(`a:${key(1)}`);
    const connection = randomUUID();
    const versions = await Promise.all(['1', '2', '3', '4', '5'].map((one) => store.put(connection, kept(one))));
    expect(versions.toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(await store.read(connection)).toMatchObject({ version: 5, tokens: { accessToken: expect.any(String) } });
  });

  it('seals anew with the first key, and can do without the old one then', async () => {
    const connection = randomUUID();
    const old = storeWith(`old:${key(1)}`);
    await old.put(connection, kept('kept'));
    await expect(storeWith(`new:${key(2)}`).read(connection)).rejects.toMatchObject({ code: 'X_TOKEN_KEY_MISSING' });
    const both = storeWith(`new:${key(2)},old:${key(1)},a:${key(1)}`);
    expect(await both.reseal()).toBeGreaterThan(0);
    expect(await both.reseal()).toBe(0);
    expect(await storeWith(`new:${key(2)}`).read(connection)).toMatchObject({
      version: 1,
      tokens: kept('kept').tokens,
    });
  });

  it('opens no row that was copied from another connection', async () => {
    const store = storeWith(`a:${key(1)}`);
    const [mine, other] = [randomUUID(), randomUUID()];
    await Promise.all([store.put(mine, kept('mine')), store.put(other, kept('other'))]);
    await database.query(
      `UPDATE connection_tokens.tokens SET sealed = source.sealed FROM connection_tokens.tokens AS source
       WHERE tokens.connection = $1 AND source.connection = $2`,
      [mine, other],
    );
    await expect(store.read(mine)).rejects.toMatchObject({ code: 'X_TOKEN_SEAL_BROKEN' });
  });

  it('erases what is revoked, and lists every connection without a secret', async () => {
    const store = storeWith(`a:${key(1)}`);
    const connection = randomUUID();
    expect(await store.revoke(connection)).toBe(false);
    await store.put(connection, kept('secret-token'));
    expect(await store.revoke(connection)).toBe(true);
    expect(await store.read(connection)).toMatchObject({ reason: 'revoked', tokens: null });
    const listed = await store.list();
    expect(listed).toContainEqual({
      ...{ connection, version: 2, state: 'needs-reauthorisation', reason: 'revoked', failure: null },
      changedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    await store.reset(connection);
    expect(await store.read(connection)).toMatchObject({ state: 'authorised', reason: null, tokens: null });
  });
});
