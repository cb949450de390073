import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttpServer, createLogger, type HttpServer } from '@millrace/service';
import express from 'express';
import { requireAccess } from '../src/api/access.ts';
import { answerProblems } from '../src/api/problems.ts';
import { timeFrom } from '../src/api/requests.ts';

const tokens = { operator: 'operator-token-0123456789', approver: 'approver-token-0123456789' };
let server: HttpServer;

beforeAll(async () => {
  const app = express();
  app.use(requireAccess({ tokens, allowedHosts: ['millrace.example'] }));
  app.get('/', (_request, response) => {
    response.json({ role: response.locals['role'] });
  });
  app.use(answerProblems(createLogger({ service: 't', level: 'silent' })));
  server = createHttpServer({ name: 't', host: '127.0.0.1', port: 0, handler: app });
  await server.open();
});
afterAll(() => server.close());

/** fetch sets Host itself. */
const ask = (headers: Record<string, string>): Promise<{ status: number; body: { role?: string; code?: string } }> =>
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
  it('knows each role by its token', async () => {
    expect((await ask(bearer(tokens.operator))).body).toEqual({ role: 'operator' });
    expect((await ask(bearer(tokens.approver))).body).toEqual({ role: 'approver' });
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
    for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }, { origin: 'null' }]) {
      expect(await ask({ ...bearer(tokens.operator), ...headers })).toMatchObject({
        status: 403,
        body: { code: 'X_ACCESS_ORIGIN' },
      });
    }
    for (const headers of [
      { host: 'millrace.example:8081' },
      { host: 'localhost:1' },
      { origin: 'http://127.0.0.1:9' },
    ]) {
      expect((await ask({ ...bearer(tokens.operator), ...headers })).status).toBe(200);
    }
  });
});

describe('timeFrom', () => {
  it('resolves how long ago, ISO times and milliseconds, and refuses the rest', () => {
    const now = 1_800_000_000_000;
    expect(timeFrom('2h', now)).toBe(now - 7_200_000);
    expect(timeFrom('2026-11-22T10:00:00Z', now)).toBe(Date.UTC(2026, 10, 22, 10));
    expect(timeFrom(String(now), now)).toBe(now);
    expect(timeFrom('yesterday', now)).toBeNull();
  });
  it('makes no time of what only looks like one, and none before the first', () => {
    const now = 1_800_000_000_000;
    expect(timeFrom('99999999999999999999d', now)).toBe(0);
    for (const text of ['1', '-1', '2026', 'May', '2026-02-30', '+275760-09-13T00:00:00Z', '9'.repeat(30)])
      expect([text, timeFrom(text, now)]).toEqual([text, null]);
    expect(timeFrom('1800000000', now)).toBe(now);
    expect(timeFrom('2026-11-22', now)).toBe(Date.UTC(2026, 10, 22));
  });
});
