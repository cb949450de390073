import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type AuthorizationServer, startAuthorizationServer } from '@millrace/conformance/authorization-server';
import {
  type AuthorizationEndpoint,
  beginAuthorization,
  type ClientAuthentication,
  finishAuthorization,
  type Grant,
  requestTokens,
} from '../../src/oauth/index.ts';
import { createOutbound, type Outbound } from '../../src/outbound.ts';

const never = new AbortController().signal;
let server: AuthorizationServer;
let outbound: Outbound;
let hurried: Outbound;

beforeAll(async () => {
  server = await startAuthorizationServer();
  outbound = createOutbound({ trustedOrigins: [server.issuer] });
  hurried = createOutbound({ trustedOrigins: [server.issuer], totalTimeoutMs: 300 });
});
afterEach(() => server.fail(null));
afterAll(async () => {
  await Promise.all([outbound?.close(), hurried?.close()]);
  await server?.close();
});

const options = () => ({ outbound, now: Date.now });
const authentications: Readonly<Record<string, () => ClientAuthentication>> = {
  basic: () => ({ method: 'client-secret-basic', secret: server.clientSecret }),
  post: () => ({ method: 'client-secret-post', secret: server.clientSecret }),
  signed: () => ({ method: 'private-key-jwt', key: { pem: server.privateKey, keyId: server.keyId } }),
  public: () => ({ method: 'none' }),
};
const endpointOf = (clientId: string, more: object = {}): AuthorizationEndpoint => ({
  url: server.tokenUrl,
  clientId,
  authentication: authentications[clientId]?.() ?? { method: 'none' },
  issuer: server.issuer,
  authorizeUrl: server.authorizeUrl,
  redirectUrl: server.redirectUrl,
  scopes: ['openid', 'tickets'],
  ...more,
});
const ask = (clientId: string, grant: Grant, more: object = {}) =>
  requestTokens(endpointOf(clientId, more), grant, options(), never);

async function authorised(clientId: string) {
  const endpoint = endpointOf(clientId);
  const begun = await beginAuthorization(endpoint);
  const redirectedTo = await server.authorize(begun.url);
  return finishAuthorization(endpoint, { ...begun, answer: { redirectedTo } }, options(), never);
}

describe('tokens from an authorization server', () => {
  const issued = { accessToken: expect.any(String), lifeMs: 100_000 };

  it.each(['basic', 'post', 'signed'])('are given for client credentials to the client %s', async (clientId) => {
    const tokens = await ask(clientId, { kind: 'client-credentials', scopes: ['tickets'] });
    expect(tokens).toMatchObject({ ...issued, refreshToken: null, scopes: ['tickets'] });
  });

  it.each(['basic', 'post', 'signed', 'public'])(
    'are given for a code with PKCE, and for the refresh token, once, to the client %s',
    async (clientId) => {
      const first = await authorised(clientId);
      expect(first).toMatchObject({ ...issued, refreshToken: expect.any(String) });
      const grant = { kind: 'refresh-token', refreshToken: first.refreshToken ?? '' } as const;
      const second = await ask(clientId, grant);
      expect(second).toMatchObject(issued);
      expect([null, first.refreshToken]).not.toContain(second.refreshToken);
      await expect(ask(clientId, grant)).rejects.toMatchObject({
        code: 'X_TOKEN_GRANT_OVER',
        disposition: { kind: 'halt' },
        applied: 'no',
      });
    },
  );

  it('are given for an assertion that we sign, and not for one that another signs', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const grant = (pem: string) =>
      ({ kind: 'jwt-bearer', key: { pem }, issuer: server.assertionIssuer, audience: server.issuer }) as const;
    expect(await ask('basic', grant(server.privateKey))).toMatchObject({ ...issued, refreshToken: null });
    const other = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    await expect(ask('basic', grant(other))).rejects.toMatchObject({ code: 'X_TOKEN_GRANT_OVER' });
  });

  it('are not given to a client with another secret, and the secret is in no text', async () => {
    const authentication = { method: 'client-secret-post', secret: 'wrong-secret' };
    const failed = ask('post', { kind: 'client-credentials' }, { authentication });
    await expect(failed).rejects.toMatchObject({
      code: 'X_TOKEN_REFUSED',
      message: expect.stringContaining('invalid_client'),
    });
    await failed.catch((error: Error) =>
      expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('wrong-secret'),
    );
  });

  it('are not asked for with a key that is none, and nothing of the key is in the error', async () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----';
    const failed = ask(
      'signed',
      { kind: 'client-credentials' },
      { authentication: { method: 'private-key-jwt', key: { pem } } },
    );
    await expect(failed).rejects.toMatchObject({ code: 'X_TOKEN_SIGNING_KEY', disposition: { kind: 'halt' } });
    await failed.catch((error: Error) => expect(String(error.stack)).not.toContain('c2VjcmV0'));
  });

  it.each([
    ['away', 'unknown'],
    ['silent', 'unknown'],
    ['lost', 'unknown'],
    ['failing', 'unknown'],
  ] as const)('are unavailable while their endpoint is %s', async (fault, applied) => {
    server.fail(fault);
    const through = { outbound: hurried, now: Date.now };
    await expect(
      requestTokens(endpointOf('basic'), { kind: 'client-credentials' }, through, never),
    ).rejects.toMatchObject({
      code: 'X_TOKEN_UNAVAILABLE',
      disposition: { kind: 'retry' },
      unavailable: true,
      applied,
    });
  });

  it('are unavailable where nobody listens, and then nothing was applied', async () => {
    const url = 'http://127.0.0.1:1/token';
    const elsewhere = createOutbound({ trustedOrigins: [url] });
    const through = { outbound: elsewhere, now: Date.now };
    const failed = requestTokens(endpointOf('basic', { url }), { kind: 'client-credentials' }, through, never);
    await expect(failed).rejects.toMatchObject({ code: 'X_TOKEN_UNAVAILABLE', applied: 'no' });
    await elsewhere.close();
  });

  it('are not asked for at an address that nobody trusted', async () => {
    const failed = ask('basic', { kind: 'client-credentials' }, { url: 'https://127.0.0.1:1/token' });
    await expect(failed).rejects.toMatchObject({
      code: 'X_TOKEN_REFUSED',
      applied: 'no',
      disposition: { kind: 'halt' },
    });
  });

  it('are not found in a page that is none, and nothing of it is in the error', async () => {
    server.fail('garbage');
    const failed = ask('basic', { kind: 'client-credentials' });
    await expect(failed).rejects.toMatchObject({ code: 'X_TOKEN_REFUSED', applied: 'unknown' });
    await failed.catch((error: Error) => expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('secret-of'));
  });
});

describe('an authorisation', () => {
  const finish = async (change: (url: URL) => void, more: object = {}) => {
    const endpoint = endpointOf('basic', more);
    const begun = await beginAuthorization(endpoint);
    const redirected = new URL(await server.authorize(begun.url));
    change(redirected);
    const answer = { redirectedTo: redirected.href };
    return finishAuthorization(endpoint, { ...begun, answer }, options(), never);
  };

  it.each([
    ['the state of another', (url: URL) => url.searchParams.set('state', 'other')],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['no code', (url: URL) => url.searchParams.delete('code')],
    ['a refusal', (url: URL) => url.searchParams.set('error', 'access_denied')],
  ])('is not finished by an answer with %s', async (_, change) => {
    const before = server.requests().length;
    await expect(finish(change)).rejects.toMatchObject({ code: 'X_TOKEN_AUTHORISATION_REFUSED' });
    expect(server.requests().length).toBe(before);
  });

  it('says by which name it was refused, and quotes nothing else', async () => {
    await expect(finish((url) => url.searchParams.set('error', 'access_denied'))).rejects.toThrow('says access_denied');
    await expect(finish((url) => url.searchParams.set('error', '<b>x'))).rejects.toThrow('says no');
  });

  it('is finished by the code alone, but not with the verifier of another', async () => {
    const endpoint = endpointOf('public');
    const [begun, other] = await Promise.all([beginAuthorization(endpoint), beginAuthorization(endpoint)]);
    const codeOf = async () => new URL(await server.authorize(begun.url)).searchParams.get('code') ?? '';
    const take = async (codeVerifier: string) =>
      finishAuthorization(endpoint, { ...begun, codeVerifier, answer: { code: await codeOf() } }, options(), never);
    await expect(take(other.codeVerifier)).rejects.toMatchObject({ code: 'X_TOKEN_GRANT_OVER' });
    expect(await take(begun.codeVerifier)).toMatchObject({ refreshToken: expect.any(String) });
  });
});
