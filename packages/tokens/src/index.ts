export { connectTokens, type Tokens, type TokensOptions } from './connect-tokens.ts';
export {
  type ConnectionTokenSource,
  type ConnectionTokenSourceOptions,
  createConnectionTokenSource,
} from './connection-token-source.ts';
export { type TokensErrorCode, tokensErrors } from './errors.ts';
export { createPostgresTokenStore } from './postgres-token-store.ts';
export { tokenHistory } from './schema.ts';
export { createSeals, type Seals } from './sealing.ts';
export { aloneGrant, refreshTokenGrant, type TokenGrant, type TokenGrantOptions, tokenSetOf } from './token-grant.ts';
export { tokenSettings } from './token-settings.ts';
export type {
  ConnectionSummary,
  KeptTokens,
  ReauthorisationReason,
  StoredTokens,
  TokenSet,
  TokenState,
  TokenStore,
} from './token-store.ts';
export { type TokenWatch, watchTokens } from './token-watch.ts';
