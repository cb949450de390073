import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttpServer, createLogger, type HttpServer } from '@millrace/service';
import express from 'express';
import { answerProblems, authenticateTokens, identityOf, requireAccess } from '../../src/server/index.ts';

const tokens = { operator: 'operator-token-0123456789', approver: 'approver-token-0123456789' };
let server: HttpServer;

beforeAll(async () => {
  const app = express();
  app.use(...requireAccess({ authenticate: authenticateTokens(tokens), allowedHosts: ['millrace.example'] }));
  app.get('/', (_request, response) => {
    response.json(identityOf(response));
  });
  app.use(answerProblems(createLogger({ service: 't', level: 'silent' })));
  server = createHttpServer({ name: 't', host: '127.0.0.1', port: 0, handler: app });
  await server.open();
});
afterAll(() => server.close());

/** fetch sets Host itself. */
const ask = (
  headers: Record<string, string>,
): Promise<{ status: number; body: { id?: string; roles?: string[]; code?: string } }> =>
  new Promise((resolve, reject) => {
    request(server.url(), { headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    })
      .on('error', reject)
      .end();
  });

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('requireAccess', () => {
  it('knows each identity by its token, whatever else the caller writes', async () => {
    expect((await ask(bearer(tokens.operator))).body).toMatchObject({ id: 'operator', roles: ['operator'] });
    expect((await ask({ ...bearer(tokens.approver), 'millrace-actor': 'operator' })).body).toMatchObject({
      id: 'approver',
      roles: ['approver'],
    });
  });

  it('refuses a missing, wrong or otherwise placed token', async () => {
    for (const headers of [
      {},
      bearer('operator-token-0123456780'),
      bearer(''),
      { authorization: `Basic ${tokens.operator}` },
    ]) {
      expect(await ask(headers)).toMatchObject({ status: 401, body: { code: 'X_ACCESS_TOKEN' } });
    }
  });

  it('refuses a page of somewhere else and a name that was made to point here', async () => {
    const { host } = new URL(server.url());
    for (const headers of [
      { host: 'evil.example' },
      { host: `evil.example:${new URL(server.url()).port}` },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:9' }, // another program's page on this machine
    ]) {
      expect(await ask({ ...bearer(tokens.operator), ...headers })).toMatchObject({
        status: 403,
        body: { code: 'X_ACCESS_ORIGIN' },
      });
    }
    for (const headers of [
      { host: 'millrace.example:8081' },
      { host: 'localhost:1' }, // through a forwarded port
      { host: 'localhost:1', origin: 'http://localhost:1' },
      { origin: `http://${host}` },
      { origin: 'https://millrace.example' },
    ]) {
      expect((await ask({ ...bearer(tokens.operator), ...headers })).status).toBe(200);
    }
  });
});
