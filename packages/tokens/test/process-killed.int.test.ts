import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AuthorizationServer, startAuthorizationServer } from '@millrace/conformance/authorization-server';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import { beginAuthorization, finishAuthorization } from '@millrace/resilience/oauth';
import { createOutbound, type Outbound } from '@millrace/resilience/outbound';
import { createLogger } from '@millrace/service';
import { createPostgresTokenStore, createSeals, type TokenStore, tokenHistory, tokenSetOf } from '../src/index.ts';

const script = join(import.meta.dirname, 'support/token-process.ts');
const keys = `k:${Buffer.alloc(32, 3).toString('base64')}`;
const table = 'connection_tokens.tokens';
let server: AuthorizationServer;
let testing: TestDatabase;
let database: Database;
let outbound: Outbound;
let store: TokenStore;
let connection: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  [server, testing] = await Promise.all([startAuthorizationServer(), testDatabase()]);
  const logger = createLogger({ service: 'test', level: 'silent' });
  database = connectDatabase({ url: testing.url, histories: [tokenHistory], logger, applicationName: 'test' });
  outbound = createOutbound({ trustedOrigins: [server.issuer] });
  store = createPostgresTokenStore(database, createSeals(keys));
});
beforeEach(async () => {
  connection = randomUUID();
  await authorise();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await Promise.all([outbound?.close(), server?.close(), database?.close()]);
  await testing?.drop();
});

/** A grant whose access token is over. */
async function authorise(): Promise<void> {
  const endpoint = {
    ...{ url: server.tokenUrl, clientId: 'basic', authorizeUrl: server.authorizeUrl, redirectUrl: server.redirectUrl },
    authentication: { method: 'client-secret-basic', secret: server.clientSecret },
    scopes: ['tickets'],
  } as const;
  const begun = await beginAuthorization(endpoint);
  const answer = { redirectedTo: await server.authorize(begun.url) };
  const { signal } = new AbortController();
  const issued = await finishAuthorization(endpoint, { ...begun, answer }, { outbound, now: Date.now }, signal);
  await store.put(connection, { tokens: tokenSetOf(issued, null), lifeMs: issued.lifeMs, ageMs: 200_000 });
}

function start(): { readonly child: ChildProcess; readonly said: Promise<string> } {
  const input = { url: testing.url, keys, connection, tokenUrl: server.tokenUrl, clientSecret: server.clientSecret };
  const child = spawn(process.execPath, [script, JSON.stringify(input)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let said = '';
  child.stdout?.on('data', (part) => {
    said += String(part);
  });
  return { child, said: once(child, 'close').then(() => said) };
}

const refreshed = (): readonly string[] =>
  server.requests().flatMap(({ parameters }) => parameters['refresh_token'] ?? []);
const endLease = (): Promise<unknown> =>
  database.query(`UPDATE ${table} SET lease_until = clock_timestamp() WHERE connection = $1`, [connection]);

describe('processes that share a connection', () => {
  it('ask once for all of them', async () => {
    const before = refreshed().length;
    const said = await Promise.all([start(), start(), start()].map((one) => one.said));
    expect(new Set(said).size).toBe(1);
    expect(said[0]).not.toMatch(/^X_|^$/);
    expect(refreshed().length - before).toBe(1);
  });

  it('show no refresh token again when one was killed before it heard the answer', async () => {
    const before = refreshed().length;
    const held = server.holdAnswer();
    const killed = start();
    await held.arrived;
    const other = start();
    killed.child.kill('SIGKILL');
    await killed.said;
    held.release();
    await endLease();
    expect(await other.said).toBe('X_TOKEN_NEEDS_AUTHORISATION');
    expect(await store.read(connection)).toMatchObject({ reason: 'renewal-in-doubt' });
    expect(refreshed().length - before).toBe(1);
    await authorise();
    expect(await start().said).not.toMatch(/^X_|^$/);
    expect(new Set(refreshed()).size).toBe(refreshed().length);
  });
});
