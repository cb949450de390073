import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres } from '@millrace/embedded';
import { ledgersOn, until } from './support/ledgers.ts';

let folder: string;
let port: number;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let ledgers: ReturnType<typeof ledgersOn>;

const start = () => startPostgres({ dataDir: join(folder, 'data'), port, password: 'p' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-ledger-'));
  await chmod(folder, 0o755);
  port = await freePort();
  postgres = await start();
  ledgers = ledgersOn(postgres.url);
});

afterAll(async () => {
  await ledgers.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const aRequest = () => ({ source: 's', identity: randomUUID(), eventId: randomUUID(), receivedAt: ledgers.clock.now });
const position = { topic: 't', partition: 0, offset: 1 };

describe('a Postgres that is killed and comes back', () => {
  it('is unavailable meanwhile, recovers by itself, and has lost nothing that was acknowledged', async () => {
    const ledger = await ledgers.open({ statementTimeoutMs: 2_000 });
    const before = aRequest();
    await ledger.claims.claim(before);
    await ledger.claims.complete(before.eventId, position);
    const running = Array.from({ length: 200 }, () =>
      ledger.claims.claim(aRequest()).then(
        () => 'kept',
        (error) => error,
      ),
    );

    process.kill(postgres.pid, 'SIGKILL');
    for (const outcome of await Promise.all(running)) {
      if (outcome !== 'kept') expect(outcome).toMatchObject({ code: 'X_LEDGER_UNAVAILABLE', unavailable: true });
    }
    await until('readiness says so', async () => !ledger.readiness().ok);
    await expect(ledger.effects.begin('r', 'e')).rejects.toMatchObject({
      code: 'X_LEDGER_UNAVAILABLE',
      disposition: { kind: 'retry' },
      unavailable: true,
    });
    expect(await ledger.isReachable()).toBe(false);

    postgres = await until('Postgres starts again', () => start().catch(() => false as const));
    await until('readiness recovers without a caller', async () => ledger.readiness().ok);
    expect(await ledger.claims.claim(before)).toMatchObject({ kind: 'duplicate', eventId: before.eventId });
    expect(await ledger.effects.begin('r', 'e')).toBe('fresh');
  });

  it('may be away at the start: the ledger opens, and works once it is there', async () => {
    await postgres.stop();
    const ledger = await ledgers.open({ schema: 'opened_while_away' });
    expect(ledger.readiness().ok).toBe(false);
    await expect(ledger.claims.claim(aRequest())).rejects.toMatchObject({ unavailable: true });
    postgres = await until('Postgres starts again', () => start().catch(() => false as const));
    await until('readiness recovers', async () => ledger.readiness().ok);
    expect(await ledger.claims.claim(aRequest())).toEqual({ kind: 'new' });
  });

  it('answers unavailable in time when the server accepts and then says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port: silentPort } = silent.address() as { port: number };
    const ledger = await ledgers.open({ url: `postgres://u:p@127.0.0.1:${silentPort}/d`, connectTimeoutMs: 200 });
    await expect(ledger.bodies.put(Buffer.from('x'), null)).rejects.toMatchObject({ code: 'X_LEDGER_UNAVAILABLE' });
    await ledger.close();
    silent.close();
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as { port: number };
      server.close(() => resolve(free));
    });
  });
}
