import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, jwtVerify } from 'jose';
import { visit } from './browser.ts';
import { createTokenDoor, type TokenDoor } from './token-door.ts';

/**
 * A real authorization server (oidc-provider): it rotates refresh tokens, ends a grant whose refresh token comes a second
 * time, and asks its user, who always says yes. Its token endpoint can be watched, stopped and broken.
 */
export interface AuthorizationServer extends TokenDoor {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly authorizeUrl: string;
  readonly redirectUrl: string;
  /** Of the clients `basic` and `post`. */
  readonly clientSecret: string;
  /** Signs for the client `signed`, and the assertions of `assertionIssuer`. */
  readonly privateKey: string;
  readonly keyId: string;
  readonly assertionIssuer: string;
  /** Seconds that an access token is good. */
  readonly lifeSeconds: number;
  /** As a browser would: the address that it is sent back to in the end. */
  authorize(url: string): Promise<string>;
  /** Ends everything that was granted so far. */
  revokeAll(): Promise<void>;
  close(): Promise<void>;
}

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const redirectUrl = 'https://millrace.example/callback';
const assertionIssuer = 'integration@millrace.example';
const keyId = 'own';
/** In seconds. */
const lives = { Grant: 3_600, Interaction: 600, Session: 600, RefreshToken: 3_600, IdToken: 600 };
const lifeSeconds = 100;

export async function startAuthorizationServer(): Promise<AuthorizationServer> {
  const { server, origin } = await listen();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const clientSecret = `of ${randomBytes(8).toString('hex')}: + & %`;
  const grants = new Set<string>();
  const provider = await makeProvider(origin, { clientSecret, publicKey, privateKey });
  const answer = provider.callback();
  const inner = await listen();
  inner.server.on('request', answer);
  const door = createTokenDoor(inner.origin);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/interaction/') === true) void agree(provider, request, response, grants);
    else if (request.url === '/token') void door.take(request, response);
    else answer(request, response);
  });
  return {
    ...door,
    ...{ issuer: origin, redirectUrl, assertionIssuer, clientSecret, keyId, lifeSeconds },
    tokenUrl: `${origin}/token`,
    authorizeUrl: `${origin}/auth`,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    authorize: (url) => visit(url, redirectUrl),
    revokeAll: async () => {
      for (const id of grants) await (await provider.Grant.find(id))?.destroy();
    },
    close: async () => {
      for (const each of [server, inner.server]) {
        each.closeAllConnections();
        await new Promise((resolve) => each.close(resolve));
      }
    },
  };
}

interface StoredGrant {
  addOIDCScope(scope: string): void;
  save(): Promise<string>;
  destroy(): Promise<void>;
}

/** What is used of oidc-provider. */
interface Provider {
  readonly Grant: {
    new (of: { readonly accountId: string; readonly clientId: string }): StoredGrant;
    find(id: string): Promise<StoredGrant | undefined>;
  };
  readonly ClientCredentials: new (of: object) => { readonly expiration: number; save(): Promise<string> };
  callback(): RequestListener;
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<{ readonly params: Params }>;
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
  registerGrantType(name: string, handler: (context: GrantContext) => Promise<void>, parameters: string[]): void;
}

type Params = Readonly<Record<string, string>>;

interface GrantContext {
  readonly oidc: { readonly client: unknown; readonly params: Params };
  status: number;
  body: unknown;
}

interface Made {
  readonly clientSecret: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** It has no types of its own. */
const load = <T>(name: string): Promise<T> => import(name) as Promise<T>;

async function makeProvider(origin: string, { clientSecret, publicKey, privateKey }: Made): Promise<Provider> {
  const [{ default: OidcProvider }, { createMemoryAdapter }] = await Promise.all([
    load<{ readonly default: new (origin: string, of: object) => Provider }>('oidc-provider'),
    load<{ createMemoryAdapter(clockTolerance: number): unknown }>('oidc-provider/lib/adapters/memory_adapter.js'),
  ]);
  const client = (id: string, method: string, more: object = {}): object => ({
    client_id: id,
    redirect_uris: [redirectUrl],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', jwtBearer],
    token_endpoint_auth_method: method,
    ...more,
  });
  const provider = new OidcProvider(origin, {
    clients: [
      client('basic', 'client_secret_basic', { client_secret: clientSecret }),
      client('post', 'client_secret_post', { client_secret: clientSecret }),
      client('signed', 'private_key_jwt', { jwks_uri: `${origin}/jwks`, token_endpoint_auth_signing_alg: 'RS256' }),
      client('public', 'none', { grant_types: ['authorization_code', 'refresh_token'] }),
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: keyId, use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    scopes: ['openid', 'offline_access', 'tickets'],
    ttl: { ...lives, AccessToken: lifeSeconds, ClientCredentials: lifeSeconds },
    // Made here, or it warns of it.
    adapter: createMemoryAdapter(0),
    renderError: (context: { body: unknown }, error: object) => {
      context.body = error;
    },
    // Its own would not fetch the keys of a client from this machine.
    fetch: (url: string | URL) => fetch(url),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    interactions: { url: (_: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  provider.registerGrantType(jwtBearer, (context) => takeAssertion(context, provider, { origin, publicKey }), [
    'assertion',
    'scope',
  ]);
  return provider;
}

async function takeAssertion(
  context: GrantContext,
  provider: Provider,
  { origin, publicKey }: { readonly origin: string; readonly publicKey: KeyObject },
): Promise<void> {
  const { client, params } = context.oidc;
  try {
    await jwtVerify(params['assertion'] ?? '', publicKey, { issuer: assertionIssuer, audience: origin });
  } catch {
    context.status = 400;
    context.body = { error: 'invalid_grant' };
    return;
  }
  const token = new provider.ClientCredentials({ client, scope: params['scope'] });
  context.body = { access_token: await token.save(), expires_in: token.expiration, token_type: 'Bearer' };
}

async function agree(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  grants: Set<string>,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: 'ana', clientId: params['client_id'] ?? '' });
  grant.addOIDCScope(params['scope'] ?? '');
  const grantId = await grant.save();
  grants.add(grantId);
  await provider.interactionFinished(request, response, { login: { accountId: 'ana' }, consent: { grantId } });
}

async function listen(): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
