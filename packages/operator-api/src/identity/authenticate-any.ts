import type { Authenticate } from './identity.ts';

/** The first that knows the token says whose it is; what comes first must not wait. */
export function authenticateAny(...each: readonly Authenticate[]): Authenticate {
  return async (token, signal) => {
    for (const authenticate of each) {
      const identity = await authenticate(token, signal);
      if (identity !== null) return identity;
    }
    return null;
  };
}
