/** Every code this package throws: what it means and what fixes it. */
export const tokensErrors = {
  X_TOKEN_NEEDS_AUTHORISATION:
    'A connection has no grant that works; the message says why. Authorise it (`millrace connections authorise`), then resume its routes.',
  X_TOKEN_UNWANTED:
    'The vendor refuses tokens that it has just issued; look at the scopes and permissions of the connection. A new one is asked for once a minute.',
  X_TOKEN_KEYS_INVALID:
    'MILLRACE_TOKEN_KEYS is not a list of id:key with keys of 32 bytes in base64; `openssl rand -base64 32` makes one.',
  X_TOKEN_KEY_MISSING:
    'A token is sealed with a key that MILLRACE_TOKEN_KEYS does not hold any more; put that key back, at the end of the list, or authorise again.',
  X_TOKEN_SEAL_BROKEN:
    'A sealed token was changed, or belongs to another connection or version; its row was edited or restored in part. Authorise again.',
  X_TOKEN_SOURCE_CLOSED: 'A token was asked for after its source was closed; the process stops.',
} as const;

export type TokensErrorCode = keyof typeof tokensErrors;
