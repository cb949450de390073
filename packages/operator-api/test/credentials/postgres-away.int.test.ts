import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type CuttableProxy, openCuttableProxy, type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { createCredentialReader, digestOf } from '../../src/credentials/index.ts';
import { aKey, aProcess, aToken, type Process, until } from './support.ts';

const clock = { now: 1_800_000_000_000 };
const now = (): number => clock.now;
let postgres: TestDatabase;
let way: CuttableProxy;
let cutUrl: string;
/** Whose Postgres goes away, and who reaches it all the time. */
let cutOff: Process;
let other: Process;

beforeAll(async () => {
  postgres = await testDatabase();
});
afterAll(() => postgres.drop());

beforeEach(async () => {
  const { hostname, port } = new URL(postgres.url);
  way = await openCuttableProxy({ host: hostname, port: Number(port) });
  const url = new URL(postgres.url);
  url.port = String(way.port);
  cutUrl = url.href;
  cutOff = aProcess({ url: cutUrl, now });
  other = aProcess({ url: postgres.url, now });
  await cutOff.reader.sync();
});
afterEach(async () => {
  await Promise.all([cutOff.close(), other.close()]);
  await way.close();
});

const cut = async (): Promise<void> => {
  way.cut();
  await cutOff.reader.sync();
  expect(cutOff.database.readiness().ok).toBe(false);
};
const restore = async (): Promise<void> => {
  way.restore();
  await until('Postgres answers', async () => cutOff.database.readiness().ok);
};
const away = { code: 'X_CREDENTIALS_AWAY', status: 503, retryAfterSeconds: expect.any(Number) };

describe('while Postgres is away', () => {
  it('a token and a key that it knew go on for five minutes, and are refused with 503 afterwards', async () => {
    const token = await other.store.create(aToken, 'admin');
    const key = await other.store.create(aKey, 'admin');
    const ask = () =>
      Promise.all([cutOff.reader.authenticate(token.secret), cutOff.reader.keyHolder(digestOf(key.secret))]);
    await ask();
    clock.now += 600_000;
    await cutOff.reader.sync(); // still so
    await cut();
    clock.now += 299_999;
    expect(await ask()).toEqual([
      expect.objectContaining({ name: 'ada' }),
      expect.objectContaining({ client: 'shop' }),
    ]);
    clock.now += 1;
    await expect(cutOff.reader.authenticate(token.secret)).rejects.toMatchObject(away);
    await expect(cutOff.reader.keyHolder(digestOf(key.secret))).rejects.toMatchObject(away);
    await restore();
    expect(await ask()).toEqual([
      expect.objectContaining({ name: 'ada' }),
      expect.objectContaining({ client: 'shop' }),
    ]);
  });

  it('an unknown one is refused with 503, also when it was known to be nobody’s before', async () => {
    await cutOff.reader.sync();
    expect(await cutOff.reader.authenticate('nobody')).toBeNull();
    await cut();
    for (const secret of ['nobody', 'another', `mrt_${randomBytes(32).toString('base64url')}`]) {
      await expect(cutOff.reader.authenticate(secret)).rejects.toMatchObject(away);
      await expect(cutOff.reader.keyHolder(digestOf(secret))).rejects.toMatchObject(away);
    }
    await restore();
    expect(await cutOff.reader.authenticate('nobody')).toBeNull();
  });

  it('what a process learned before its first question for changes goes on', async () => {
    const { secret } = await other.store.create(aToken, 'admin');
    const early = aProcess({ url: cutUrl, now });
    expect(await early.reader.authenticate(secret)).not.toBeNull();
    way.cut();
    await until('it is away', async () => !early.database.readiness().ok);
    expect(await early.reader.authenticate(secret)).not.toBeNull();
    await early.close();
  });

  it('what is known to be revoked or expired stays refused', async () => {
    const revoked = await other.store.create(aToken, 'admin');
    const expiring = await other.store.create({ ...aToken, expiresAt: clock.now + 60_000 }, 'admin');
    for (const { secret } of [revoked, expiring]) expect(await cutOff.reader.authenticate(secret)).not.toBeNull();
    await other.store.revoke(revoked.credential, 'admin');
    await cutOff.reader.sync();
    await cut();
    clock.now += 60_000;
    expect(await cutOff.reader.authenticate(revoked.secret)).toBeNull();
    expect(await cutOff.reader.authenticate(expiring.secret)).toBeNull();
  });

  it('a revocation elsewhere counts as soon as it is back', async () => {
    const { secret, credential } = await other.store.create(aToken, 'admin');
    expect(await cutOff.reader.authenticate(secret)).not.toBeNull();
    await cut();
    await other.store.revoke(credential, 'admin');
    expect(await cutOff.reader.authenticate(secret)).not.toBeNull();
    await restore();
    await cutOff.reader.sync();
    expect(await cutOff.reader.authenticate(secret)).toBeNull();
  });

  it('nobody is let in by a process that started meanwhile, and everybody is once it is back', async () => {
    const { secret } = await other.store.create(aToken, 'admin');
    way.cut();
    const late = aProcess({ url: cutUrl, now });
    await late.reader.open();
    await expect(late.reader.authenticate(secret)).rejects.toMatchObject(away);
    way.restore();
    await until('it lets in', () =>
      late.reader.authenticate(secret).then(
        (holder) => holder !== null,
        () => false,
      ),
    );
    await late.close();
  });

  it('a revocation is heard of though it came between a first lookup and a question for changes that was older', async () => {
    const { secret, credential } = await other.store.create(aToken, 'admin');
    const released = Promise.withResolvers<void>();
    const { database } = cutOff;
    const reader = createCredentialReader({
      now,
      database: {
        query: database.query,
        readiness: () => database.readiness(),
        prepared: async (text, values) => {
          if (text.includes('changed >')) await released.promise;
          return database.prepared(text, values);
        },
      },
    });
    const syncing = reader.sync();
    expect(await reader.authenticate(secret)).not.toBeNull();
    await other.store.revoke(credential, 'admin');
    released.resolve();
    await syncing;
    await reader.sync();
    expect(await reader.authenticate(secret)).toBeNull();
  });

  it('what another copy of the database does not have counts no more once it is back', async () => {
    const { secret, credential } = await other.store.create(aToken, 'admin');
    expect(await cutOff.reader.authenticate(secret)).not.toBeNull();
    await cut();
    await other.database.query('DELETE FROM operator_api.credentials WHERE id = $1', [credential.id]);
    await restore();
    await cutOff.reader.sync();
    expect(await cutOff.reader.authenticate(secret)).toBeNull();
  });
});
