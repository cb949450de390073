import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { ConnectionUnderLaw, TokenProcess, TokenSourceHarness, TokenStep } from '@millrace/conformance';
import { startAuthorizationServer } from '@millrace/conformance/authorization-server';
import { testDatabase } from '@millrace/embedded/testing';
import { connectDatabase } from '@millrace/ledger/postgres';
import { CodedError, retry, systemClock } from '@millrace/messaging';
import { beginAuthorization, finishAuthorization } from '@millrace/resilience/oauth';
import { createOutbound } from '@millrace/resilience/outbound';
import { createLogger, createMetrics } from '@millrace/service';
import {
  aloneGrant,
  createConnectionTokenSource,
  createPostgresTokenStore,
  createSeals,
  refreshTokenGrant,
  type TokenGrant,
  type TokenStore,
  tokenHistory,
  tokenSetOf,
  watchTokens,
} from '../../src/index.ts';

const leaseMs = 60_000;
const never = new AbortController().signal;
const table = 'connection_tokens.tokens';

/** Connections of processes that share a Postgres, to a real authorization server. */
export async function connections(kind: TokenSourceHarness['kind']): Promise<TokenSourceHarness> {
  const [server, testing] = await Promise.all([startAuthorizationServer(), testDatabase()]);
  const lines: string[] = [];
  const sink = new Writable({
    write: (line, _, done) => {
      lines.push(String(line));
      done();
    },
  });
  const logger = createLogger({ service: 'test', level: 'debug', destination: sink });
  const database = connectDatabase({ url: testing.url, histories: [tokenHistory], logger, applicationName: 'test' });
  await database.open();
  const outbound = createOutbound({ trustedOrigins: [server.issuer], totalTimeoutMs: 1_500 });
  const store = createPostgresTokenStore(database, createSeals(`k1:${Buffer.alloc(32, 7).toString('base64')}`));
  const endpoint = {
    ...{ url: server.tokenUrl, clientId: 'basic', issuer: server.issuer, scopes: ['openid', 'tickets'] },
    ...{ authorizeUrl: server.authorizeUrl, redirectUrl: server.redirectUrl },
    authentication: { method: 'client-secret-basic', secret: server.clientSecret },
  } as const;
  const going = { endpoint, outbound, now: Date.now };
  const grant: TokenGrant =
    kind === 'alone'
      ? aloneGrant({ ...going, grant: { kind: 'client-credentials', scopes: ['tickets'] } })
      : refreshTokenGrant({ ...going, kind });

  const connect = (): ConnectionUnderLaw => {
    const connection = randomUUID();
    let passed = 0;
    const clock = { ...systemClock, monotonic: () => performance.now() + passed };
    const shift = (ms: number): Promise<unknown> =>
      database.query(
        `UPDATE ${table} SET asked_at = asked_at + $2 * interval '1 millisecond',
           lease_until = lease_until + $2 * interval '1 millisecond', rest_until = rest_until + $2 * interval '1 millisecond'
         WHERE connection = $1`,
        [connection, ms],
      );
    return {
      start: (options) => {
        const process = fated(store, grant, options?.dies ?? null);
        const metrics = createMetrics();
        const source = createConnectionTokenSource({
          ...{ connection, store: process.store, grant: process.grant, clock, logger, leaseMs, pollMs: 5 },
          ...{ random: Math.random, newId: randomUUID, watch: watchTokens(metrics, [connection]) },
        });
        return {
          token: (signal = never) => source.token(signal),
          refused: (token) => source.refused({ ...token, details: {} }),
          died: process.died,
          reachesStore: process.reachesStore,
          missesAnswerTo: process.missesAnswerTo,
        };
      },
      authorise: async () => {
        if (kind === 'alone') return;
        const begun = await beginAuthorization(endpoint);
        const answer = { redirectedTo: await server.authorize(begun.url) };
        const issued = await finishAuthorization(endpoint, { ...begun, answer }, going, never);
        await store.put(connection, { tokens: tokenSetOf(issued, null), lifeMs: issued.lifeMs, ageMs: 0 });
      },
      pass: async (ms) => {
        // The store first: a process in between finds a token older than it is, never younger.
        await shift(-ms);
        passed += ms;
      },
      setClockBack: async (ms) => void (await shift(ms)),
      revoke: async () => void (await store.revoke(connection)),
      state: async () => {
        const stored = await store.read(connection);
        return { state: stored?.state ?? 'unknown', reason: stored?.reason ?? null };
      },
      traces: async () =>
        `${lines.join('')}${JSON.stringify(await database.query(`SELECT *, encode(sealed, 'escape') FROM ${table}`))}`,
    };
  };

  return {
    ...{ server, kind, connect, leaseMs },
    dispose: async () => {
      await outbound.close();
      await Promise.all([server.close(), database.close()]);
      await testing.drop();
    },
  };
}

interface Fated extends Pick<TokenProcess, 'died' | 'reachesStore' | 'missesAnswerTo'> {
  readonly store: TokenStore;
  readonly grant: TokenGrant;
}

/** A process that dies at a step: what it began before has its effect, it never learns of it, and does nothing any more. */
function fated(store: TokenStore, grant: TokenGrant, dies: TokenStep | null): Fated {
  const died = Promise.withResolvers<void>();
  let isDead = false;
  let isCutOff = false;
  let missed: string | null = null;
  const die = (): Promise<never> => {
    isDead = true;
    died.resolve();
    return new Promise<never>(() => undefined);
  };
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    if (isDead || dies === `before ${name}`) return die();
    const result = await work();
    return isDead || dies === `after ${name}` ? die() : result;
  };
  const away = (): never => {
    throw new CodedError('X_LEDGER_UNAVAILABLE', 'cut off', { disposition: retry(), unavailable: true });
  };
  const stored = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    step(name, async () => {
      if (isCutOff) return away();
      const result = await work();
      if (missed !== name) return result;
      missed = null;
      return away();
    });
  return {
    died: died.promise,
    reachesStore: (does) => {
      isCutOff = does === 'not';
    },
    missesAnswerTo: (name) => {
      missed = name;
    },
    grant: { kind: grant.kind, request: (tokens, signal) => step('request', () => grant.request(tokens, signal)) },
    store: {
      ...store,
      read: (connection) => stored('read', () => store.read(connection)),
      claim: (renewal, options) => stored('claim', () => store.claim(renewal, options)),
      renewed: (renewal, kept) => stored('keep', () => store.renewed(renewal, kept)),
      failed: (renewal, failed) => stored('keep', () => store.failed(renewal, failed)),
      over: (renewal) => stored('keep', () => store.over(renewal)),
      abandon: (renewal) => stored('keep', () => store.abandon(renewal)),
    },
  };
}
