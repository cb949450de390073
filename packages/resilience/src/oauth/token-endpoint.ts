import type { AuthorizationServer, Client, ClientAuth, CustomFetchOptions } from 'oauth4webapi';
import type { Outbound } from '../outbound.ts';
import type { SigningKey } from './signing-key.ts';
import { type AnswerNames, readableAnswer } from './token-answer.ts';

export type ClientAuthentication =
  | { readonly method: 'none' }
  | { readonly method: 'client-secret-basic'; readonly secret: string }
  | { readonly method: 'client-secret-post'; readonly secret: string }
  | { readonly method: 'private-key-jwt'; readonly key: SigningKey; readonly audience?: string };

/** Where a client of ours gets tokens, and as whom. */
export interface TokenEndpoint extends AnswerNames {
  readonly url: string;
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
  /** What the authorization server calls itself (RFC 8414, RFC 9207); the endpoint's origin when absent. */
  readonly issuer?: string;
}

/** How a request leaves, and what time it is. */
export interface TokenRequestOptions {
  readonly outbound: Outbound;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the protocol library needs to know of one endpoint. */
export interface TokenClient {
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly authentication: ClientAuth;
  readonly options: { readonly [key: symbol]: unknown; readonly signal: AbortSignal };
}

/** Loaded by those who have a token endpoint. */
export const protocol = (): Promise<typeof import('oauth4webapi')> => import('oauth4webapi');

/** Every request of the protocol library leaves through the guarded way out. */
export async function tokenClient(
  endpoint: TokenEndpoint,
  { outbound, now }: TokenRequestOptions,
  signal: AbortSignal,
): Promise<TokenClient> {
  const { allowInsecureRequests, clockSkew, customFetch } = await protocol();
  const { host, origin } = new URL(endpoint.url);
  return {
    server: { issuer: endpoint.issuer ?? origin, token_endpoint: endpoint.url },
    // The library asks the machine for the time; the skew makes it ours.
    client: { client_id: endpoint.clientId, [clockSkew]: Math.round((now() - Date.now()) / 1_000) },
    authentication: await clientAuth(endpoint),
    options: {
      signal,
      // Which origins may do without TLS is for the way out to say.
      [allowInsecureRequests]: true,
      [customFetch]: async (url: string, { body, headers }: CustomFetchOptions<'POST', URLSearchParams>) => {
        const answer = await outbound.send({ method: 'POST', url, headers, body: body.toString() }, signal);
        return readableAnswer(answer, { host, now: now(), names: endpoint });
      },
    },
  };
}

async function clientAuth({ authentication }: TokenEndpoint): Promise<ClientAuth> {
  const { ClientSecretBasic, ClientSecretPost, None, PrivateKeyJwt, modifyAssertion } = await protocol();
  if (authentication.method === 'none') return None();
  if (authentication.method === 'client-secret-basic') return ClientSecretBasic(authentication.secret);
  if (authentication.method === 'client-secret-post') return ClientSecretPost(authentication.secret);
  const { importSigningKey } = await import('./signing-key.ts');
  const { audience, key } = authentication;
  const signing = { key: await importSigningKey(key), ...(key.keyId === undefined ? {} : { kid: key.keyId }) };
  return PrivateKeyJwt(signing, {
    [modifyAssertion]: (_: unknown, payload: Record<string, unknown>) => {
      if (audience !== undefined) payload['aud'] = audience;
    },
  });
}
