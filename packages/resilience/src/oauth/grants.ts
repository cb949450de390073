import type { SigningKey } from './signing-key.ts';
import { type IssuedTokens, issuedTokens } from './token-answer.ts';
import {
  protocol,
  type TokenClient,
  type TokenEndpoint,
  type TokenRequestOptions,
  tokenClient,
} from './token-endpoint.ts';
import { tokenFailure } from './token-failure.ts';

/** What is shown to a token endpoint for a token. */
export type Grant =
  | {
      readonly kind: 'client-credentials';
      readonly scopes?: readonly string[];
      /** What the vendor wants beside: `audience`, `account_id`. */
      readonly parameters?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'refresh-token'; readonly refreshToken: string }
  /** An assertion that we sign (RFC 7523 §2.1). */
  | {
      readonly kind: 'jwt-bearer';
      readonly key: SigningKey;
      readonly issuer: string;
      /** On whose behalf; the issuer when absent. */
      readonly subject?: string;
      readonly audience: string;
      readonly scopes?: readonly string[];
    };

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const assertionLifeSeconds = 180;

/** Asks once. Rejects with a `CodedError` that says whether the endpoint may have acted (`appliedOf`). */
export async function requestTokens(
  endpoint: TokenEndpoint,
  grant: Grant,
  options: TokenRequestOptions,
  signal: AbortSignal,
): Promise<IssuedTokens> {
  return askTokens(endpoint, options, signal, (client) => send(client, grant, options.now));
}

/** What every grant shares: the request goes out guarded, the answer is checked by the protocol library, failures are ours. */
export async function askTokens(
  endpoint: TokenEndpoint,
  options: TokenRequestOptions,
  signal: AbortSignal,
  ask: (client: TokenClient) => Promise<Response>,
): Promise<IssuedTokens> {
  const { processGenericTokenEndpointResponse } = await protocol();
  try {
    const client = await tokenClient(endpoint, options, signal);
    const answer = await processGenericTokenEndpointResponse(client.server, client.client, await ask(client));
    return issuedTokens(answer, endpoint);
  } catch (thrown) {
    throw tokenFailure(thrown, { host: new URL(endpoint.url).host, now: options.now() });
  }
}

async function send(
  { server, client, authentication, options }: TokenClient,
  grant: Grant,
  now: () => number,
): Promise<Response> {
  const oauth = await protocol();
  if (grant.kind === 'refresh-token')
    return oauth.refreshTokenGrantRequest(server, client, authentication, grant.refreshToken, options);
  if (grant.kind === 'client-credentials') {
    const parameters = { ...scopeOf(grant), ...grant.parameters };
    return oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, options);
  }
  const parameters = { ...scopeOf(grant), assertion: await assertionOf(grant, now) };
  return oauth.genericTokenEndpointRequest(server, client, authentication, jwtBearer, parameters, options);
}

async function assertionOf(grant: Extract<Grant, { kind: 'jwt-bearer' }>, now: () => number): Promise<string> {
  const [{ SignJWT }, { importSigningKey }] = await Promise.all([import('jose'), import('./signing-key.ts')]);
  const { algorithm = 'RS256', keyId } = grant.key;
  const issuedAt = Math.floor(now() / 1_000);
  return new SignJWT(scopeOf(grant))
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuer(grant.issuer)
    .setSubject(grant.subject ?? grant.issuer)
    .setAudience(grant.audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + assertionLifeSeconds)
    .sign(await importSigningKey(grant.key));
}

const scopeOf = ({ scopes = [] }: { readonly scopes?: readonly string[] }): { readonly scope?: string } =>
  scopes.length === 0 ? {} : { scope: scopes.join(' ') };
