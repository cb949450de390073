import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import type { Query } from '@millrace/ledger/postgres';
import { createCredentialReader, digestOf, stateOf } from '../../src/credentials/index.ts';
import { aKey, aProcess, aToken, type Process, type ProcessOptions, until } from './support.ts';

const hour = 3_600_000;
const clock = { now: 1_800_000_000_000 };
const opened: Process[] = [];
let postgres: TestDatabase;

const open = (options: Partial<ProcessOptions> = {}): Process => {
  const made = aProcess({ url: postgres.url, now: () => clock.now, ...options });
  opened.push(made);
  return made;
};

beforeAll(async () => {
  postgres = await testDatabase();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});
afterAll(() => postgres.drop());

describe('a token', () => {
  it('is its holder, with roles and scope, in every process', async () => {
    const [one, other] = [open(), open()];
    const { secret, credential } = await one.store.create(aToken, 'admin');
    expect(secret).toMatch(/^mrt_[\w-]{43}$/);
    expect(credential).toMatchObject({ shown: secret.slice(0, 8), createdBy: 'admin', createdAt: clock.now });
    expect(await other.reader.authenticate(secret)).toEqual({
      id: credential.id,
      name: 'ada',
      roles: ['operator'],
      groups: ['sink-writers.*'],
      topics: ['*'],
    });
    expect(await other.reader.authenticate(`${secret}x`)).toBeNull();
    expect(await other.reader.keyHolder(digestOf(secret))).toBeNull();
  });

  it('counts until it expires, also where it is remembered', async () => {
    const { store, reader } = open();
    await reader.sync();
    const { secret } = await store.create({ ...aToken, expiresAt: clock.now + hour }, 'admin');
    expect(await reader.authenticate(secret)).not.toBeNull();
    clock.now += hour;
    expect(await reader.authenticate(secret)).toBeNull();
  });

  it('is refused in every process within five seconds of its revocation, without a restart', async () => {
    const processes = [open({ now: Date.now }), open({ now: Date.now })] as const;
    for (const { reader } of processes) await reader.open();
    const { secret, credential } = await processes[0].store.create(aToken, 'admin');
    for (const { reader } of processes) expect(await reader.authenticate(secret)).not.toBeNull();
    await processes[0].store.revoke(credential, 'admin');
    const isRefused = async ({ reader }: Process) => (await reader.authenticate(secret)) === null;
    await until('refused everywhere', async () => (await Promise.all(processes.map(isRefused))).every(Boolean), 5_000);
  });

  it('keeps its identity through a rotation, and both secrets count until the overlap is over', async () => {
    const [one, other] = [open(), open()];
    await other.reader.sync();
    const old = await one.store.create({ ...aToken, expiresAt: clock.now + 90 * hour }, 'admin');
    expect(await other.reader.authenticate(old.secret)).not.toBeNull();
    clock.now += hour;
    const fresh = await one.store.rotate({ ...old.credential, overlapMs: hour }, 'admin');
    expect(fresh.credential).toMatchObject({ rotatedFrom: old.credential.id, expiresAt: clock.now + 90 * hour });
    await other.reader.sync();
    const holders = () => Promise.all([old, fresh].map(({ secret }) => other.reader.authenticate(secret)));
    const both = await holders();
    expect(both.map((holder) => holder?.id)).toEqual([old.credential.id, old.credential.id]);
    clock.now += hour;
    expect((await holders()).map((holder) => holder?.id)).toEqual([undefined, old.credential.id]);
  });

  it('that was asked for before the first news of changes is refused once it is revoked', async () => {
    const [one, other] = [open(), open()];
    const { secret, credential } = await one.store.create(aToken, 'admin');
    expect(await other.reader.authenticate(secret)).not.toBeNull();
    await one.store.revoke(credential, 'admin');
    await other.reader.sync();
    expect(await other.reader.authenticate(secret)).toBeNull();
  });

  it('is rotated once, and never after it stopped to count', async () => {
    const { store } = open();
    const { credential } = await store.create(aToken, 'admin');
    const tries = await Promise.allSettled(
      [1, 2, 3].map(() => store.rotate({ ...credential, overlapMs: hour }, 'admin')),
    );
    expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    await store.revoke(credential, 'admin');
    await expect(store.rotate({ ...credential, overlapMs: hour }, 'admin')).rejects.toMatchObject({
      code: 'X_CREDENTIAL_STATE',
      status: 409,
    });
  });

  it('stays revoked at the time of the first revocation', async () => {
    const { store } = open();
    const { credential } = await store.create(aToken, 'admin');
    const first = await store.revoke(credential, 'admin');
    clock.now += hour;
    expect((await store.revoke(credential, 'other')).revokedAt).toBe(first.revokedAt);
    expect(stateOf(first, clock.now)).toBe('revoked');
    await expect(store.revoke({ kind: 'key', id: credential.id }, 'admin')).rejects.toMatchObject({
      code: 'X_CREDENTIAL_UNKNOWN',
      status: 404,
    });
  });
});

describe('an API key', () => {
  it('is its client with its scopes, and no token', async () => {
    const { store, reader } = open();
    const { secret, credential } = await store.create(aKey, 'admin');
    expect(secret).toMatch(/^mrk_/);
    expect(await reader.keyHolder(digestOf(secret))).toEqual({
      id: credential.id,
      client: 'shop',
      scopes: ['tickets'],
    });
    expect(await reader.authenticate(secret)).toBeNull();
  });

  it('that was unknown counts as soon as it is there', async () => {
    const { store, reader } = open();
    await reader.sync();
    expect(await reader.keyHolder(digestOf('nobody'))).toBeNull();
    const { secret } = await store.create(aKey, 'admin');
    expect(await reader.keyHolder(digestOf(secret))).not.toBeNull();
  });

  it('is asked for once, by however many requests at a time', async () => {
    const { store, database } = open();
    const { secret } = await store.create(aKey, 'admin');
    let statements = 0;
    const prepared: Query = (text, values) => {
      statements += 1;
      return database.prepared(text, values);
    };
    const counted = { prepared, query: database.query, readiness: () => database.readiness() };
    const reader = createCredentialReader({ database: counted, now: () => clock.now });
    await reader.sync();
    const holders = await Promise.all(Array.from({ length: 200 }, () => reader.keyHolder(digestOf(secret))));
    expect(new Set(holders.map((holder) => holder?.client))).toEqual(new Set(['shop']));
    expect(await reader.keyHolder(digestOf(secret))).toMatchObject({ client: 'shop' });
    expect(statements).toBe(2);
  });

  it('says when it was used last', async () => {
    const { store, reader } = open();
    const { secret, credential } = await store.create(aKey, 'admin');
    await reader.keyHolder(digestOf(secret));
    const usedAt = clock.now;
    expect((await store.find('key', credential.id)).lastUsedAt).toBeNull();
    clock.now += 60_000;
    await reader.sync();
    expect((await store.find('key', credential.id)).lastUsedAt).toBe(usedAt);
  });
});

describe('a secret', () => {
  it('is in no table, no list and no log', async () => {
    const { store, reader, database, logs } = open();
    const secrets = [];
    for (const draft of [aToken, aKey]) {
      const made = await store.create(draft, 'admin');
      const rotated = await store.rotate({ ...made.credential, overlapMs: hour }, 'admin');
      secrets.push(made.secret, rotated.secret);
    }
    for (const secret of secrets) await reader.authenticate(secret);
    const tables = await database.query<{ text: string }>('SELECT c::text AS text FROM operator_api.credentials c');
    const listed = JSON.stringify([await store.list('token'), await store.list('key')]);
    const kept = `${tables.map(({ text }) => text).join('\n')}\n${listed}\n${logs.join('\n')}`;
    expect(secrets.filter((secret) => kept.includes(secret) || kept.includes(secret.slice(4, 30)))).toEqual([]);
    expect(secrets.filter((secret) => listed.includes(digestOf(secret)))).toEqual([]);
    expect(listed).not.toMatch(/[0-9a-f]{64}/);
  });
});
