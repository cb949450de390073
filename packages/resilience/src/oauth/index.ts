// `@millrace/resilience/oauth`: the grants of OAuth 2, over the guarded way out.
export {
  type AuthorizationAnswer,
  type AuthorizationEndpoint,
  type BegunAuthorization,
  beginAuthorization,
  finishAuthorization,
} from './authorization-code.ts';
export { type Grant, requestTokens } from './grants.ts';
export type { SigningKey } from './signing-key.ts';
export type { IssuedTokens } from './token-answer.ts';
export type { ClientAuthentication, TokenEndpoint, TokenRequestOptions } from './token-endpoint.ts';
