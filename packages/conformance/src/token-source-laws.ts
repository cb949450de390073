import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { eventually, law } from './harness.ts';
import type { AuthorizationServer } from './oauth/authorization-server.ts';

interface Token {
  readonly value: string;
  readonly version: number;
}

/** Where a process may be when it is killed. */
export type TokenStep = `${'before' | 'after'} ${'read' | 'claim' | 'request' | 'keep'}`;

/** One process that uses a connection. */
export interface TokenProcess {
  token(signal?: AbortSignal): Promise<Token>;
  refused(token: Token): void;
  /** Resolves when it has died, where it was started to. */
  readonly died: Promise<void>;
  /** Cuts it off from the store, or lets it there again. */
  reachesStore(does: 'not' | 'again'): void;
  /** Its next such call to the store has its effect, and the answer is lost. */
  missesAnswerTo(step: 'claim' | 'keep'): void;
}

/** One connection and all processes that use it. */
export interface ConnectionUnderLaw {
  start(options?: { readonly dies: TokenStep }): TokenProcess;
  /** As an operator with a browser, or nothing where a grant needs none. */
  authorise(): Promise<void>;
  /** For every process and the store. */
  pass(ms: number): Promise<void>;
  /** The clock of the store shows that much less from now on. */
  setClockBack(ms: number): Promise<void>;
  /** As an operator who wants no more of it. */
  revoke(): Promise<void>;
  state(): Promise<{ readonly state: string; readonly reason: string | null }>;
  /** All that was logged and is at rest, as text. */
  traces(): Promise<string>;
}

export interface TokenSourceHarness {
  readonly server: AuthorizationServer;
  readonly kind: 'alone' | 'rotating';
  /** A connection of which nothing is known, to the server's client `basic`. */
  connect(): ConnectionUnderLaw;
  /** Longer than a renewal may take. */
  readonly leaseMs: number;
  dispose(): Promise<unknown>;
}

const hour = 3_600_000;
const fiveTimes = [1, 2, 3, 4, 5];

/** The laws of whoever hands out the tokens of a connection in several processes. */
export function tokenSourceLaws(
  name: string,
  make: () => Promise<TokenSourceHarness>,
  kind: TokenSourceHarness['kind'],
): void {
  describe(`token source laws: ${name}`, () => {
    let harness: TokenSourceHarness;
    let server: AuthorizationServer;
    let connection: ConnectionUnderLaw;
    let before: { readonly requests: number; readonly attempts: number };
    const isAlone = kind === 'alone';
    const onlyGranted = isAlone ? 'asks without an operator' : false;

    beforeAll(async () => {
      harness = await make();
      server = harness.server;
    }, 60_000);
    afterAll(() => harness?.dispose());
    beforeEach(async () => {
      connection = harness.connect();
      await connection.authorise();
      mark();
    });
    afterEach(() => server.fail(null));

    const mark = (): void => {
      before = { requests: server.requests().length, attempts: server.attempts() };
    };
    const asked = (): number => server.requests().length - before.requests;
    const attempts = (): number => server.attempts() - before.attempts;
    const lifeMs = (): number => server.lifeSeconds * 1_000;
    const tokens = (processes: readonly TokenProcess[]): Promise<readonly Token[]> =>
      Promise.all(fiveTimes.flatMap(() => processes.map((one) => one.token())));
    const values = (given: readonly Token[]): number => new Set(given.map(({ value }) => value)).size;
    const failureOf = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => 'no failure',
        (error: unknown) => error,
      );
    const over = (): Promise<void> => connection.pass(lifeMs() + 1_000);
    /** What no server forgives: a refresh token that it has taken comes again. */
    const shownTwice = (): readonly string[] => {
      const shown = server.requests().flatMap(({ parameters }) => parameters['refresh_token'] ?? []);
      return shown.filter((one, at) => shown.indexOf(one) !== at);
    };

    law('gives all callers of all processes one token, asked for once', async () => {
      const processes = [connection.start(), connection.start()];
      await tokens(processes);
      await over();
      mark();
      expect(values(await tokens(processes))).toBe(1);
      expect(asked()).toBe(1);
    });

    law('renews a token before it is over, and keeps nobody waiting for that', async () => {
      const [one, other] = [connection.start(), connection.start()];
      const first = await one.token();
      await other.token();
      await connection.pass(lifeMs() * 0.7);
      expect(await one.token()).toEqual(first);
      const held = server.holdAnswer();
      let isAsked = false;
      void held.arrived.then(() => {
        isAsked = true;
      });
      mark();
      await connection.pass(lifeMs() * 0.16);
      await eventually(async () => {
        for (const each of [one, other]) expect(await each.token()).toEqual(first);
        return isAsked;
      });
      held.release();
      const isNew = async (by: TokenProcess): Promise<boolean> => (await by.token()).version > first.version;
      await eventually(() => isNew(one));
      await connection.pass(2_000);
      await eventually(() => isNew(other));
      expect(asked()).toBe(1);
    });

    law('waits for the one request when a token is over in the middle of the work', async () => {
      const [one, other] = [connection.start(), connection.start()];
      const first = await one.token();
      await other.token();
      await over();
      mark();
      const held = server.holdAnswer();
      const waiting = [one.token(), other.token()];
      await held.arrived;
      held.release();
      const [second, same] = await Promise.all(waiting);
      expect(second).toEqual(same);
      expect(second?.value).not.toBe(first.value);
      expect(asked()).toBe(1);
    });

    law('asks once for each version that is refused, however many were refused it', async () => {
      const processes = [connection.start(), connection.start()];
      const [first] = await tokens(processes);
      mark();
      for (const one of [...processes, ...processes]) one.refused(first as Token);
      const second = await tokens(processes);
      expect(values(second)).toBe(1);
      expect(second[0]?.version).toBeGreaterThan(first?.version ?? 0);
      for (const one of processes) one.refused(first as Token);
      expect(await tokens(processes)).toEqual(second);
      expect(asked()).toBe(1);
    });

    law('does not ask again and again while every new token is refused too', async () => {
      const one = connection.start();
      await one.token();
      mark();
      for (let round = 0; round < 10; round += 1) {
        const token = await one.token().catch(() => null);
        if (token !== null) one.refused(token);
        await connection.pass(1_100);
      }
      expect(asked()).toBe(1);
      expect(await failureOf(one.token())).toMatchObject({ code: 'X_TOKEN_UNWANTED' });
      await connection.pass(60_000);
      expect(await one.token()).toMatchObject({ value: expect.any(String) });
    });

    const survived: readonly TokenStep[] = ['before read', 'after read', 'before claim', 'after keep'];
    const doubtful: readonly TokenStep[] = ['after claim', 'before request', 'after request', 'before keep'];
    const fates = [...survived, ...doubtful].map((dies) => ({ dies, isGranted: isAlone || survived.includes(dies) }));

    for (const { dies, isGranted } of fates) {
      law(`leaves ${isGranted ? 'one usable grant' : 'a reason'} when a process is killed ${dies}`, async () => {
        await connection
          .start()
          .token()
          .catch(() => undefined);
        await over();
        const [dying, other] = [connection.start({ dies }), connection.start()];
        void dying.token().catch(() => undefined);
        await dying.died;
        const waiting = other.token().then(
          (token) => token.value,
          (error: { readonly code: string }) => error.code,
        );
        await connection.pass(harness.leaseMs + 1_000);
        const outcome = await waiting;
        expect(shownTwice()).toEqual([]);
        if (isGranted) {
          expect(outcome).not.toMatch(/^X_/);
          expect(await connection.state()).toEqual({ state: 'authorised', reason: null });
          return;
        }
        expect(outcome).toBe('X_TOKEN_NEEDS_AUTHORISATION');
        expect(await connection.state()).toEqual({ state: 'needs-reauthorisation', reason: 'renewal-in-doubt' });
        await connection.authorise();
        await connection.pass(2_000);
        expect(await other.token()).toMatchObject({ value: expect.any(String) });
        expect(shownTwice()).toEqual([]);
      });
    }

    law(
      'serves a token to its end although nobody knows what became of its successor',
      async () => {
        const other = connection.start();
        const first = await other.token();
        await connection.pass(lifeMs() * 0.9);
        const dying = connection.start({ dies: 'after request' });
        void dying.token();
        await dying.died;
        await connection.pass(lifeMs() * 0.05);
        expect(await other.token()).toEqual(first);
        await connection.pass(harness.leaseMs);
        expect(await failureOf(other.token())).toMatchObject({ code: 'X_TOKEN_NEEDS_AUTHORISATION' });
        expect(shownTwice()).toEqual([]);
      },
      onlyGranted,
    );

    law('hands out no token that is not kept, and keeps it as soon as the store is back', async () => {
      const [one, other] = [connection.start(), connection.start()];
      await tokens([one, other]);
      await over();
      mark();
      const held = server.holdAnswer();
      let isHandedOut = false;
      const waiting = one.token().then((token) => {
        isHandedOut = true;
        return token;
      });
      await held.arrived;
      one.reachesStore('not');
      held.release();
      await connection.pass(harness.leaseMs + 1_000);
      if (!isAlone) expect(await failureOf(other.token())).toMatchObject({ code: 'X_TOKEN_NEEDS_AUTHORISATION' });
      expect(isHandedOut).toBe(false);
      one.reachesStore('again');
      const token = await waiting;
      await connection.pass(2_000);
      expect(await other.token()).toEqual(token);
      expect(await connection.state()).toEqual({ state: 'authorised', reason: null });
      expect(asked()).toBe(1);
    });

    for (const step of ['claim', 'keep'] as const) {
      law(`goes on when the store's answer to a ${step} is lost`, async () => {
        const [one, other] = [connection.start(), connection.start()];
        await tokens([one, other]);
        await over();
        mark();
        one.missesAnswerTo(step);
        const first = await one.token().catch(() => null);
        await eventually(async () => {
          await connection.pass(1_100);
          return (await other.token().catch(() => null)) !== null;
        });
        await connection.pass(2_000);
        expect(await one.token()).toEqual(await other.token());
        expect(first === null).toBe(step === 'claim');
        expect(asked()).toBe(1);
        expect(await connection.state()).toEqual({ state: 'authorised', reason: null });
      });
    }

    law('hands out nothing more soon after an operator revoked it', async () => {
      const one = connection.start();
      await one.token();
      await connection.revoke();
      await connection.pass(20_000);
      mark();
      await eventually(async () => (await one.token().catch(() => null)) === null);
      expect(await failureOf(one.token())).toMatchObject({ code: 'X_TOKEN_NEEDS_AUTHORISATION' });
      expect(attempts()).toBe(0);
    });

    law(
      'stops for good at a grant that was revoked, and goes on with a new one',
      async () => {
        const processes = [connection.start(), connection.start()];
        await tokens(processes);
        await server.revokeAll();
        await over();
        mark();
        for (let round = 0; round < 10; round += 1) {
          for (const one of processes) {
            const failure = await failureOf(one.token());
            expect(failure).toMatchObject({ code: 'X_TOKEN_NEEDS_AUTHORISATION', disposition: { kind: 'halt' } });
          }
          await connection.pass(hour);
        }
        expect(attempts()).toBe(1);
        expect(await connection.state()).toEqual({ state: 'needs-reauthorisation', reason: 'invalid-grant' });
        await connection.authorise();
        expect(values(await tokens(processes))).toBe(1);
      },
      onlyGranted,
    );

    for (const fault of ['away', 'silent', 'failing', 'garbage'] as const) {
      law(`keeps a good token in use while its endpoint is ${fault}, asks rarely, and recovers by itself`, async () => {
        const one = connection.start();
        const first = await one.token();
        server.fail(fault);
        await connection.pass(lifeMs() * 0.9);
        mark();
        expect(await one.token()).toEqual(first);
        await eventually(() => attempts() === 1);
        for (const _ of fiveTimes) expect(await one.token()).toEqual(first);
        await over();
        const isAway = { code: 'X_TOKEN_UNAVAILABLE', disposition: { kind: 'retry' }, unavailable: true };
        expect(await failureOf(one.token())).toMatchObject(isAway);
        expect(await failureOf(connection.start().token())).toMatchObject(isAway);
        const soFar = attempts();
        expect(soFar).toBeLessThanOrEqual(3);
        for (const _ of fiveTimes) expect(await failureOf(connection.start().token())).toMatchObject(isAway);
        expect(attempts()).toBeLessThanOrEqual(soFar + 1);
        expect(await connection.state()).toEqual({ state: 'authorised', reason: null });
        server.fail(null);
        await connection.pass(10_000);
        expect((await one.token()).version).toBeGreaterThan(first.version);
      });
    }

    law(
      'says that an answer was lost when the server has rotated and nobody heard it',
      async () => {
        const one = connection.start();
        await one.token();
        await over();
        server.fail('lost');
        expect(await failureOf(one.token())).toMatchObject({ code: 'X_TOKEN_UNAVAILABLE' });
        server.fail(null);
        await connection.pass(10_000);
        expect(await failureOf(one.token())).toMatchObject({ code: 'X_TOKEN_NEEDS_AUTHORISATION' });
        expect(await connection.state()).toEqual({ state: 'needs-reauthorisation', reason: 'renewal-lost' });
      },
      onlyGranted,
    );

    law('renews what a clock that was set back makes younger than new', async () => {
      const one = connection.start();
      const first = await one.token();
      await connection.setClockBack(30 * 24 * hour);
      await connection.pass(lifeMs() * 0.5);
      await eventually(async () => (await connection.start().token()).version > first.version);
    });

    law('lets a caller go that waits no longer, and goes on for the others', async () => {
      const one = connection.start();
      await one.token();
      await over();
      mark();
      const held = server.holdAnswer();
      const caller = new AbortController();
      const [leaving, staying] = [one.token(caller.signal), one.token()];
      await held.arrived;
      caller.abort(new Error('gone'));
      expect(await failureOf(leaving)).toMatchObject({ message: 'gone' });
      held.release();
      expect(await staying).toMatchObject({ value: expect.any(String) });
      expect(asked()).toBe(1);
    });

    law('writes no secret into a log, an error or a table', async () => {
      const one = connection.start();
      const secrets = [server.clientSecret, (await one.token()).value];
      await over();
      secrets.push((await one.token()).value);
      server.fail('garbage');
      await over();
      const failure = (await failureOf(one.token())) as Error;
      const shown = server.requests().slice(before.requests);
      secrets.push('secret-of-the-page', ...shown.flatMap(({ parameters }) => parameters['refresh_token'] ?? []));
      const text = `${await connection.traces()}${failure.stack}${JSON.stringify(failure)}${String(failure.cause)}`;
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    });
  });
}
