import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { requestToken } from '../src/client-credentials.ts';

const servers: Server[] = [];
const now = 1_700_000_000_000;

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function endpoint(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
}

const ask = (url: string, more: object = {}) =>
  requestToken({ url, clientId: 'client', clientSecret: 'secret-text', timeoutMs: 1_000, ...more }, () => now);
const answering =
  (status: number, body: string): RequestListener =>
  (_, response) => {
    response.writeHead(status).end(body);
  };

describe('a token by client credentials', () => {
  it('is asked for as RFC 6749 has it, id and secret form-encoded', async () => {
    let body = '';
    let authorization: string | undefined;
    const url = await endpoint((request, response) => {
      authorization = request.headers.authorization;
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => response.end('{"access_token":"t","expires_in":60}'));
    });
    const token = await ask(url, { clientId: 'a b', clientSecret: 'c:d', scope: 's1 s2', audience: 'kafka' });
    expect(token).toEqual({ value: 't', expiresAt: now + 60_000 });
    expect(body.split('&').toSorted()).toEqual(['audience=kafka', 'grant_type=client_credentials', 'scope=s1+s2']);
    expect(Buffer.from(authorization?.slice('Basic '.length) ?? '', 'base64').toString()).toBe('a+b:c%3Ad');
  });

  it('says itself when it is over where the answer does not, and counts as good for five minutes else', async () => {
    const jwt = `e30.${Buffer.from('{"exp":1700000900}').toString('base64url')}.c2ln`;
    expect(await ask(await endpoint(answering(200, JSON.stringify({ access_token: jwt }))))).toMatchObject({
      expiresAt: 1_700_000_900_000,
    });
    expect(await ask(await endpoint(answering(200, '{"access_token":"opaque"}')))).toMatchObject({
      expiresAt: now + 300_000,
    });
  });

  it('is good for a year at most, and for five minutes where its life is none', async () => {
    const until = async (life: string) =>
      (await ask(await endpoint(answering(200, `{"access_token":"t","expires_in":${life}}`)))).expiresAt - now;
    const year = 365 * 86_400_000;
    expect(await Promise.all(['1e308', '"99999999999999"', '-5', '"soon"', '{}'].map(until))).toEqual([
      year,
      year,
      300_000,
      300_000,
      300_000,
    ]);
  });

  it.each([
    [
      'a client it does not know',
      401,
      '{"error":"invalid_client","error_description":"of secret-text"}',
      'X_TOKEN_REFUSED',
      '401 invalid_client',
    ],
    ['a scope it does not have', 400, '{"error":"invalid_scope"}', 'X_TOKEN_REFUSED', '400 invalid_scope'],
    ['text instead of an error', 403, '<html>secret-text', 'X_TOKEN_REFUSED', 'answered 403'],
    ['a redirect', 302, '', 'X_TOKEN_REFUSED', 'answered 302'],
    ['no token in the answer', 200, '{}', 'X_TOKEN_REFUSED', 'without an access_token'],
    ['no JSON in the answer', 200, 'hello', 'X_TOKEN_REFUSED', 'without an access_token'],
    ['too many requests', 429, '', 'X_TOKEN_UNAVAILABLE', 'answered 429'],
    ['a failure', 503, '', 'X_TOKEN_UNAVAILABLE', 'answered 503'],
    ['an answer without end', 200, 'x'.repeat(100_000), 'X_TOKEN_UNAVAILABLE', 'gave no answer'],
  ])('is not there after %s', async (_, status, body, code, said) => {
    const failed = ask(await endpoint(answering(status, body)));
    await expect(failed).rejects.toMatchObject({ code, unavailable: true, message: expect.stringContaining(said) });
    await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining('secret-text') });
  });

  it('is not there when nobody answers in time', async () => {
    await expect(ask(await endpoint(() => undefined), { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'X_TOKEN_UNAVAILABLE',
      disposition: { kind: 'retry' },
    });
  });

  it('is not there when the file of its certificates is not', async () => {
    await expect(ask('https://127.0.0.1:1/token', { caFile: '/nowhere/ca.pem' })).rejects.toMatchObject({
      code: 'X_TOKEN_REFUSED',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
