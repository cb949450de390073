import { beforeEach, describe, expect, it } from '@jest/globals';
import { createTokenSource, expiryOfJwt, type IssuedToken, type TokenSource } from '../src/token-source.ts';

describe('a source of tokens', () => {
  let time: number;
  let asked: number;
  let lifeMs: number;
  let failure: Error | null;
  let source: TokenSource;
  const never = new AbortController().signal;
  const token = async (): Promise<string> => (await source.token(never)).value;

  beforeEach(() => {
    time = 1_000_000;
    asked = 0;
    lifeMs = 100_000;
    failure = null;
    source = createTokenSource({
      now: () => time,
      request: async (): Promise<IssuedToken> => {
        asked += 1;
        if (failure !== null) throw failure;
        return { value: `token-${asked}`, expiresAt: time + lifeMs };
      },
    });
  });

  it('asks once, however many wait', async () => {
    const tokens = await Promise.all(Array.from({ length: 5 }, token));
    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect(asked).toBe(1);
  });

  it.each([
    [100_000, 80_000],
    [30_000, 15_000],
    [10_000, 5_000],
    [3_600_000, 2_880_000],
  ])('renews a token of %d ms after %d', async (life, renewedAfter) => {
    lifeMs = life;
    expect(await token()).toBe('token-1');
    time += renewedAfter - 1;
    expect(await token()).toBe('token-1');
    time += 1;
    expect(await token()).toBe('token-2');
  });

  it('lives on the old token to its end while the endpoint is away, and no longer', async () => {
    await token();
    failure = new Error('away');
    time += 99_999;
    expect(await token()).toBe('token-1');
    time += 1;
    await expect(token()).rejects.toThrow('away');
  });

  it('asks a failing endpoint no more than once a second, and gets the token when it is healed', async () => {
    failure = new Error('away');
    await expect(token()).rejects.toThrow('away');
    await expect(token()).rejects.toThrow('away');
    expect(asked).toBe(1);
    failure = null;
    time += 1_000;
    expect(await token()).toBe('token-2');
  });

  it('hands out no token again that was not wanted', async () => {
    const first = await source.token(never);
    source.refused({ ...first, version: first.version + 1 });
    expect(await token()).toBe('token-1');
    source.refused(first);
    expect(await token()).toBe('token-2');
    source.refused(first);
    expect(await token()).toBe('token-2');
    expect(asked).toBe(2);
  });

  it('renews a token whose age a clock set back hides', async () => {
    await token();
    time -= 3_600_000;
    expect(await token()).toBe('token-2');
    expect(await token()).toBe('token-2');
    failure = new Error('away');
    time -= 3_600_000;
    expect(await token()).toBe('token-2');
  });

  it('lets a caller go when its signal aborts, and the request go on for the others', async () => {
    const { promise, resolve } = Promise.withResolvers<IssuedToken>();
    source = createTokenSource({ now: () => time, request: () => promise });
    const caller = new AbortController();
    const [given, other] = [source.token(caller.signal), token()];
    caller.abort(new Error('stopped'));
    await expect(given).rejects.toThrow('stopped');
    resolve({ value: 'late', expiresAt: time + lifeMs });
    expect(await other).toBe('late');
  });
});

describe('the end of a JSON Web Token', () => {
  const jwt = (claims: string): string => `e30.${Buffer.from(claims).toString('base64url')}.c2ln`;

  it.each([
    [jwt('{"exp":1700000000}'), 1_700_000_000_000],
    [jwt('{"exp":"soon"}'), null],
    [jwt('{}'), null],
    [jwt('no json'), null],
    ['opaque', null],
    ['', null],
  ])('of %j is %p', (token, expected) => {
    expect(expiryOfJwt(token)).toBe(expected);
  });
});
