import { type Grant, type IssuedTokens, requestTokens, type TokenEndpoint } from '@millrace/resilience/oauth';
import type { Outbound } from '@millrace/resilience/outbound';
import type { TokenSet } from './token-store.ts';

/** How one connection gets the next token. */
export interface TokenGrant {
  /**
   * `alone`: asks with what is configured, as often as it likes. `rotating`: shows a refresh token that may be good once.
   * `reusable`: shows a refresh token that its vendor documents as good any number of times.
   */
  readonly kind: 'alone' | 'rotating' | 'reusable';
  /** Asks once. Rejects with a `CodedError` that says whether the endpoint may have acted (`appliedOf`). */
  request(stored: TokenSet | null, signal: AbortSignal): Promise<IssuedTokens>;
}

export interface TokenGrantOptions {
  readonly endpoint: TokenEndpoint;
  readonly outbound: Outbound;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** For a connection that an operator authorised in a browser. */
export function refreshTokenGrant(options: TokenGrantOptions & { readonly kind: 'rotating' | 'reusable' }): TokenGrant {
  const { endpoint, kind } = options;
  return {
    kind,
    request: (stored, signal) =>
      requestTokens(endpoint, { kind: 'refresh-token', refreshToken: stored?.refreshToken ?? '' }, options, signal),
  };
}

/** For a connection whose configuration is enough: client credentials, an assertion that we sign. */
export function aloneGrant(options: TokenGrantOptions & { readonly grant: Grant }): TokenGrant {
  const { endpoint, grant } = options;
  return { kind: 'alone', request: (_, signal) => requestTokens(endpoint, grant, options, signal) };
}

/** What is kept: a vendor that does not name them keeps the refresh token, the scopes and what went with them as they were. */
export function tokenSetOf(issued: IssuedTokens, before: TokenSet | null): TokenSet {
  return {
    accessToken: issued.accessToken,
    refreshToken: issued.refreshToken ?? before?.refreshToken ?? null,
    scopes: issued.scopes ?? before?.scopes ?? [],
    details: { ...before?.details, ...issued.details },
  };
}
