import { beforeEach, describe, expect, it } from '@jest/globals';
import { type AccessToken, createTokenSource, expiryOfJwt, type TokenSource } from '../src/token-source.ts';

describe('a source of tokens', () => {
  let time: number;
  let asked: number;
  let lifeMs: number;
  let failure: Error | null;
  let source: TokenSource;

  beforeEach(() => {
    time = 1_000_000;
    asked = 0;
    lifeMs = 100_000;
    failure = null;
    source = createTokenSource({
      now: () => time,
      request: async (): Promise<AccessToken> => {
        asked += 1;
        if (failure !== null) throw failure;
        return { value: `token-${asked}`, expiresAt: time + lifeMs };
      },
    });
  });

  it('asks once, however many wait', async () => {
    const tokens = await Promise.all(Array.from({ length: 5 }, () => source.token()));
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
    expect(await source.token()).toBe('token-1');
    time += renewedAfter - 1;
    expect(await source.token()).toBe('token-1');
    time += 1;
    expect(await source.token()).toBe('token-2');
  });

  it('lives on the old token to its end while the endpoint is away, and no longer', async () => {
    await source.token();
    failure = new Error('away');
    time += 99_999;
    expect(await source.token()).toBe('token-1');
    time += 1;
    await expect(source.token()).rejects.toThrow('away');
  });

  it('asks a failing endpoint no more than once a second, and gets the token when it is healed', async () => {
    failure = new Error('away');
    await expect(source.token()).rejects.toThrow('away');
    await expect(source.token()).rejects.toThrow('away');
    expect(asked).toBe(1);
    failure = null;
    time += 1_000;
    expect(await source.token()).toBe('token-2');
  });

  it('hands out no token again that was not wanted', async () => {
    const token = await source.token();
    source.discard('another');
    expect(await source.token()).toBe(token);
    source.discard(token);
    expect(await source.token()).toBe('token-2');
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
