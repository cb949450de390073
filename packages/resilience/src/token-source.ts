import { instantOf } from '@millrace/contracts';
import { untilAborted } from './until-aborted.ts';

/** A bearer token and when it is over. */
export interface IssuedToken {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** A bearer token as it is handed out. */
export interface AccessToken {
  readonly value: string;
  /** Another one for each token that was issued; by it a source knows which of them was refused. */
  readonly version: number;
  /** What else its endpoint said that a caller needs, such as the address to call (`instance_url`). */
  readonly details: Readonly<Record<string, string>>;
}

/** Hands out a token that is good for a while yet. */
export interface TokenSource {
  /**
   * Rejects with the failure of the last request when there is no token left, and with the signal's reason when that
   * aborts; a request that others may need goes on.
   */
  token(signal: AbortSignal): Promise<AccessToken>;
  /**
   * Whoever it was shown to does not want it (401): it is not handed out again, however long it would be good. A new one is
   * asked for once for each version, however many were refused the same.
   */
  refused(token: AccessToken): void;
}

export interface TokenSourceOptions {
  readonly request: () => Promise<IssuedToken>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A token with less left is replaced before it is handed out, unless it is a short one anyway. */
  readonly leastLeftMs?: number;
  /** How long after a failed request nobody asks again. */
  readonly restMs?: number;
}

interface HeldToken {
  readonly token: AccessToken;
  readonly askedAt: number;
  readonly renewAt: number;
  readonly expiresAt: number;
}

const defaultLeastLeftMs = 15_000;

/** After how much of its life a token is renewed: four fifths, sooner where too little would be left, never before half. */
export const renewedAfterMs = (lifeMs: number, leastLeftMs: number = defaultLeastLeftMs): number =>
  Math.max(lifeMs / 2, Math.min(lifeMs * 0.8, lifeMs - leastLeftMs));

/**
 * Keeps one token for all who need it in this process, asked for once however many wait, and renewed when four fifths of
 * its time are over. No timer runs: it is renewed by whoever asks next. While the endpoint is away the old one serves to
 * its end. A clock that was set back makes a token due: how much of its life is left cannot be told any more.
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { request, now, leastLeftMs, restMs = 1_000 } = options;
  let held: HeldToken | null = null;
  let version = 0;
  let asking: Promise<HeldToken> | null = null;
  let failed: { readonly error: unknown; readonly at: number } | null = null;

  const since = (at: number): number => {
    const passed = now() - at;
    return passed < 0 ? Number.POSITIVE_INFINITY : passed;
  };

  const renew = (): Promise<HeldToken> => {
    if (failed !== null && since(failed.at) < restMs) return Promise.reject(failed.error);
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };

  const ask = async (): Promise<HeldToken> => {
    const askedAt = now();
    try {
      const { value, expiresAt } = await request();
      const life = Math.max(0, expiresAt - askedAt);
      version += 1;
      const token = { value, version, details: {} };
      held = { token, askedAt, expiresAt, renewAt: askedAt + renewedAfterMs(life, leastLeftMs) };
      failed = null;
      return held;
    } catch (error) {
      failed = { error, at: now() };
      throw error;
    }
  };

  return {
    async token(signal) {
      signal.throwIfAborted();
      if (held !== null && now() >= held.askedAt && now() < held.renewAt) return held.token;
      try {
        return (await untilAborted(renew(), signal)).token;
      } catch (error) {
        if (!signal.aborted && held !== null && now() < held.expiresAt) return held.token;
        throw error;
      }
    },
    refused(token) {
      if (held?.token.version === token.version) held = null;
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
