import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpServer, createLogger, type HttpServer } from '@millrace/service';
import { z } from 'zod';
import { clientOf, httpSender } from '../../src/client/index.ts';
import { defineEndpoint, type Identity, Refusal, refusal } from '../../src/index.ts';
import { type AuditEntry, type HandlersOf, operatorApp, operatorRouter } from '../../src/server/index.ts';

const one = z.strictObject({ group: z.string().min(1) });
const endpoints = {
  gates: {
    open: defineEndpoint({
      method: 'POST',
      path: '/v1/gates/{group}/open',
      summary: 'opens',
      permission: 'pipelines.command',
      scope: { group: 'group' },
      params: one,
      query: z.strictObject({ times: z.coerce.number<number | string>().int().max(3).default(1) }),
      body: z.strictObject({ why: z.string().max(20), 'a/b': z.string().optional() }),
      answer: z.object({ group: z.string(), times: z.int(), why: z.string() }),
      status: 202,
      audit: 'gates.open',
    }),
    show: defineEndpoint({
      method: 'GET',
      path: '/v1/gates/{group}',
      summary: 'shows',
      permission: 'pipelines.read',
      scope: 'handler',
      params: one,
      answer: z.object({ group: z.string() }),
    }),
    all: defineEndpoint({
      method: 'GET',
      path: '/v1/gates/all',
      summary: 'shows all',
      permission: 'doctor.read',
      scope: 'whole',
      answer: z.array(z.string()),
    }),
    load: defineEndpoint({
      method: 'POST',
      path: '/v1/gates',
      summary: 'loads',
      permission: 'reference.load',
      scope: 'open',
      bytes: { type: 'text/csv', limit: '1kb' },
      answer: z.object({ length: z.int() }),
      audit: 'gates.load',
    }),
    broken: defineEndpoint({
      method: 'GET',
      path: '/v1/broken',
      summary: 'answers what it does not declare',
      permission: 'doctor.read',
      scope: 'open',
      answer: z.object({ name: z.string() }),
    }),
  },
};

const identity = (id: string, more: Partial<Identity> = {}): Identity => ({
  ...{ id, name: id, roles: ['operator'], groups: ['*'], topics: ['*'] },
  ...more,
});
const identities: Readonly<Record<string, Identity>> = {
  'all-token': identity('t-1', { name: 'Ada' }),
  'some-token': identity('t-2', { groups: ['lock.*'] }),
  'view-token': identity('t-3', { roles: ['viewer'] }),
};
const happened: string[] = [];
const audited: AuditEntry[] = [];
let isAuditAway = false;

const handlers: HandlersOf<typeof endpoints> = {
  gates: {
    open: async ({ asked: { group, times, why } }) => ({
      target: group,
      detail: { times },
      act: async () => {
        happened.push(`opened ${group}`);
        return { group, times, why };
      },
    }),
    show: async ({ asked: { group }, access }) => {
      access.requireGroup(group);
      return { group };
    },
    all: async () => ['a', 'b'],
    load: async ({ asked: { bytes } }) => ({ target: 'gates', act: async () => ({ length: bytes.length }) }),
    broken: async () => ({ name: 'x', secret: 's3cret' }),
  },
};

let server: HttpServer;
const answered: string[] = [];
const routerOf = (given: HandlersOf<typeof endpoints>) =>
  operatorRouter({
    ...{ endpoints, handlers: given, allowedHosts: [], checkAnswers: true },
    authenticate: async (token) => {
      if (token === 'lost-token')
        throw new Refusal({ code: 'X_T_STORE_AWAY', status: 503, title: 'the store is away', retryAfterSeconds: 7 });
      return identities[token] ?? null;
    },
    audit: async (entry) => {
      if (isAuditAway) throw refusal('X_AUDIT_UNAVAILABLE', 503);
      audited.push(entry);
      happened.push(`audited ${entry.target}`);
    },
    logger: createLogger({ service: 't', level: 'silent' }),
    stopping: new AbortController().signal,
    onAnswered: (route, status) => answered.push(`${route} ${status}`),
  });

beforeAll(async () => {
  server = createHttpServer({ name: 't', host: '127.0.0.1', port: 0, handler: operatorApp(routerOf(handlers)) });
  await server.open();
});
afterAll(() => server.close());
beforeEach(() => {
  isAuditAway = false;
  for (const list of [happened, audited, answered]) list.splice(0);
});

const clientFor = (token: string, onBehalfOf?: string) =>
  clientOf(endpoints, httpSender({ url: server.url(), token, onBehalfOf }));
const client = clientOf(endpoints, (sent, signal) =>
  httpSender({ url: server.url(), token: 'all-token' })(sent, signal),
);
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(new URL(path, server.url()), {
    method: 'POST',
    headers: { authorization: 'Bearer all-token', 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('a declared endpoint', () => {
  it('is called through the client and answers what it declares', async () => {
    expect(await client.gates.open({ group: 'lock/1 ä', times: 2, why: 'night' })).toEqual({
      ...{ group: 'lock/1 ä', times: 2, why: 'night' },
    });
    expect(await client.gates.all()).toEqual(['a', 'b']);
    expect(await client.gates.show({ group: 'x' })).toEqual({ group: 'x' });
    expect(await client.gates.load({ bytes: new TextEncoder().encode('a,b\n') })).toEqual({ length: 4 });
    const pieces = async function* () {
      yield new TextEncoder().encode('a,b\n');
      yield new TextEncoder().encode('1,2\n');
    };
    expect(await client.gates.load({ bytes: pieces() })).toEqual({ length: 8 });
    expect(answered).toEqual([
      '/v1/gates/{group}/open 202',
      '/v1/gates/all 200',
      '/v1/gates/{group} 200',
      '/v1/gates 200',
      '/v1/gates 200',
    ]);
  });

  it('is recorded before it happens, under the id of the token, and what the caller calls itself is a note', async () => {
    await clientFor('all-token', 'somebody@else').gates.open({ group: 'g', why: 'x' });
    expect(happened).toEqual(['audited g', 'opened g']);
    expect(audited).toEqual([
      {
        action: 'gates.open',
        actor: 't-1',
        target: 'g',
        detail: { times: 1, name: 'Ada', onBehalfOf: 'somebody@else' },
      },
    ]);
  });

  it('does not happen when it cannot be recorded', async () => {
    isAuditAway = true;
    await expect(client.gates.open({ group: 'g', why: 'x' })).rejects.toMatchObject({
      ...{ code: 'X_AUDIT_UNAVAILABLE', status: 503 },
    });
    expect(happened).toEqual([]);
  });

  it('says by pointers what is wrong with a request, in every part of it at once', async () => {
    const response = await post('/v1/gates/g/open?times=9&nonsense=1', { why: 5, '~a/b': 1 });
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await response.json()) as { correlationId: string; errors: { pointer: string }[] };
    expect(problem).toMatchObject({
      type: 'urn:millrace:error:X_REQUEST_INVALID',
      code: 'X_REQUEST_INVALID',
      status: 422,
    });
    expect(problem.errors.map(({ pointer }) => pointer)).toEqual(['/times', '/nonsense', '/why', '/~0a~1b']);
    expect(problem.correlationId).toBe(response.headers.get('millrace-correlation-id'));
    expect(happened).toEqual([]);
    expect((await post('/v1/gates/g/open', '{')).status).toBe(400);
    expect((await post('/v1/gates', 'x'.repeat(2_000))).status).toBe(413);
  });

  it('is refused without a token, without the permission, and outside of the scope, before anything is recorded', async () => {
    await expect(clientFor('nobody').gates.all()).rejects.toMatchObject({ code: 'X_ACCESS_TOKEN', status: 401 });
    const viewer = clientFor('view-token');
    await expect(viewer.gates.open({ group: 'g', why: 'x' })).rejects.toMatchObject({
      ...{ code: 'X_ACCESS_ROLE', status: 403 },
      message: 'this needs the permission pipelines.command; viewer has it not',
    });
    const some = clientFor('some-token');
    for (const refused of [
      some.gates.open({ group: 'other', why: 'x' }),
      some.gates.show({ group: 'lockX' }),
      some.gates.all(),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'X_ACCESS_SCOPE', status: 403 });
    expect(happened).toEqual([]);
    expect(await some.gates.open({ group: 'lock.a', why: 'x' })).toMatchObject({ group: 'lock.a' });
  });

  it('says 503 with a wait, and not 401, where nobody can tell whose the token is', async () => {
    const response = await post('/v1/gates/g/open', { why: 'x' }, { authorization: 'Bearer lost-token' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
  });

  it('does not start without its handler, nor with one of nothing declared', () => {
    const { show: _, ...rest } = handlers.gates;
    expect(() => routerOf({ gates: rest } as never)).toThrow('gates.show');
    expect(() => routerOf({ ...handlers, walls: { open: handlers.gates.open } } as never)).toThrow('walls.open');
  });

  it('is found to answer more than it declares', async () => {
    await expect(client.gates.broken()).rejects.toMatchObject({
      code: 'X_OPERATOR_API_ANSWER',
      message: expect.not.stringContaining('s3cret'),
    });
  });
});

describe('everything else', () => {
  it('is 404 with a token and 401 without, the OpenAPI document included', async () => {
    const ask = (path: string, token: string) =>
      fetch(new URL(path, server.url()), { headers: { authorization: `Bearer ${token}` } });
    expect((await ask('/v1/nothing', 'all-token')).status).toBe(404);
    expect((await ask('/v1/nothing', 'nobody')).status).toBe(401);
    expect((await ask('/openapi.json', 'nobody')).status).toBe(401);
    const document = await ask('/openapi.json', 'view-token');
    expect(document.headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(((await document.json()) as { paths: object }).paths)).toContain('/v1/gates/{group}/open');
  });
});

describe('the sender', () => {
  it('tells an address that does not answer from one that answers something else', async () => {
    await expect(
      clientOf(endpoints, httpSender({ url: 'http://127.0.0.1:9', token: 'x' })).gates.all(),
    ).rejects.toMatchObject({
      code: 'X_OPERATOR_UNREACHABLE',
      message: expect.stringContaining('does not answer'),
    });
    const other = createHttpServer({
      ...{ name: 'o', host: '127.0.0.1', port: 0 },
      handler: (_request, response) => response.end('<html>'),
    });
    await other.open();
    await expect(clientOf(endpoints, httpSender({ url: other.url(), token: 'x' })).gates.all()).rejects.toMatchObject({
      code: 'X_OPERATOR_UNREACHABLE',
      message: expect.stringContaining('answered 200'),
    });
    await other.close();
  });
});
