import { instantOf } from '@millrace/contracts';

/** A bearer token and when it is over. */
export interface AccessToken {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Hands out a token that is good for a while yet. */
export interface TokenSource {
  /** Rejects with the failure of the last request when there is no token left. */
  token(): Promise<string>;
  /** Whoever it was shown to does not want it: it is not handed out again, however long it would be good. */
  discard(value: string): void;
}

export interface TokenSourceOptions {
  readonly request: () => Promise<AccessToken>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A token with less left is replaced before it is handed out, unless it is a short one anyway. */
  readonly leastLeftMs?: number;
  /** How long after a failed request nobody asks again. */
  readonly restMs?: number;
}

interface HeldToken extends AccessToken {
  readonly renewAt: number;
}

/**
 * Keeps one token for all who need it, asked for once however many wait, and renewed when four fifths of its time are
 * over. No timer runs: it is renewed by whoever asks next. While the endpoint is away the old one serves to its end.
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { request, now, leastLeftMs = 15_000, restMs = 1_000 } = options;
  let held: HeldToken | null = null;
  let asking: Promise<HeldToken> | null = null;
  let failed: { readonly error: unknown; readonly until: number } | null = null;

  const renew = (): Promise<HeldToken> => {
    if (failed !== null && now() < failed.until) return Promise.reject(failed.error);
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };

  const ask = async (): Promise<HeldToken> => {
    const askedAt = now();
    try {
      const token = await request();
      const life = Math.max(0, token.expiresAt - askedAt);
      const renewAfter = Math.max(life / 2, Math.min(life * 0.8, life - leastLeftMs));
      held = { ...token, renewAt: askedAt + renewAfter };
      failed = null;
      return held;
    } catch (error) {
      failed = { error, until: now() + restMs };
      throw error;
    }
  };

  return {
    async token() {
      if (held !== null && now() < held.renewAt) return held.value;
      try {
        return (await renew()).value;
      } catch (error) {
        if (held !== null && now() < held.expiresAt) return held.value;
        throw error;
      }
    },
    discard(value) {
      if (held?.value === value) held = null;
    },
  };
}

/** When a JSON Web Token says that it is over, in epoch milliseconds; null for any other text. Trusts nothing: only its holder is misled by a wrong one. */
export function expiryOfJwt(token: string): number | null {
  const [, claims] = token.split('.');
  if (claims === undefined) return null;
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { readonly exp?: unknown };
    return typeof exp === 'number' ? instantOf(exp) : null;
  } catch {
    return null;
  }
}
