import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { gatewayEndpoints, namedEndpoints } from '@millrace/operator-api';
import {
  apiKey,
  type Fixture,
  openGateway,
  postWebhook,
  secrets,
  sendBytes,
  tokens,
  until,
  zendeskEvent,
} from './gateway-fixture.ts';

let door: Fixture;
beforeEach(async () => {
  door = await openGateway({ publicUrl: 'https://hooks.example/' });
});
afterEach(() => door.close());

const get = (
  path: string,
  token: string = tokens.operator,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(`${door.adminUrl}/admin/v1${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
const audits = () =>
  door.broker.records('ops.audit').map(({ value }) => topics.opsAudit.decode((value ?? Buffer.alloc(0)).subarray(5)));

describe('the operator listener', () => {
  it('lists what each connector can do and where it is configured', async () => {
    const list = (await (await get('/sources')).json()) as { name: string }[];
    expect(list.map(({ name }) => name)).toEqual(['github', 'slack', 'standard-webhooks', 'stripe', 'zendesk']);
    expect(list.find(({ name }) => name === 'slack')).toMatchObject({
      scheme: 'slack-v0',
      handshake: 'url_verification',
      verifiedBy: 'vector',
      coversBody: true,
      replayProtected: true,
      configured: ['slack'],
    });
    expect(list.find(({ name }) => name === 'github')).toMatchObject({
      normalises: 'issues',
      replayProtected: false,
      configured: ['github', 'closed', 'narrow', 'strict'],
    });
  });
  it('shows a source with its secret, in words that can be followed, and audits it first', async () => {
    const shown = await (await get('/sources/zendesk')).json();
    expect(shown).toMatchObject({
      name: 'zendesk',
      url: `${door.url}/v1/webhooks/zendesk`,
      publicUrl: 'https://hooks.example/v1/webhooks/zendesk',
      secret: secrets.ZENDESK,
      headers: {
        'content-type': 'application/json',
        'x-zendesk-webhook-signature': '<base64(HMAC-SHA256(secret, timestamp + body))>',
        'x-zendesk-webhook-signature-timestamp': '<ISO 8601 time, UTC>',
      },
    });
    expect(audits()).toEqual([
      { action: 'sources.secret', actor: 'operator', target: 'zendesk', detail: null, at: expect.any(Number) },
    ]);
    const { headers } = (await (await get('/sources/stripe')).json()) as { headers: Record<string, string> };
    expect(headers['stripe-signature']).toBe('t=<timestamp>,v1=<hex(HMAC-SHA256(secret, timestamp + "." + body))>');
    expect(JSON.stringify(door.logs)).not.toContain(secrets.ZENDESK);
  });
  it('shows no secret when the audit cannot be written', async () => {
    await until(async () => (await fetch(`${door.url}/readyz`)).status === 200);
    door.broker.setReachable(false);
    const response = await get('/sources/zendesk');
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain(secrets.ZENDESK);
  });
  it('shows the sample key, and where an event went', async () => {
    expect(await (await get('/keys/sample')).json()).toMatchObject({
      client: 'shop',
      key: apiKey,
      scopes: ['tickets', 'leads'],
    });
    expect(await (await get('/keys/shop')).json()).toMatchObject({
      status: 404,
      detail: expect.stringMatching(/sample/),
    });
    const { id } = (await (await postWebhook(door.url, 'zendesk', zendeskEvent('1'))).json()) as { id: string };
    await until(async () => ((await (await get(`/events/${id}`)).json()) as { position: unknown }).position !== null);
    expect(await (await get(`/events/${id}`)).json()).toEqual({
      id,
      source: 'zendesk',
      receivedAt: expect.any(Number),
      position: { topic: 'webhooks.received.v1', partition: expect.any(Number), offset: 0 },
    });
    expect((await get('/events/nothing')).status).toBe(404);
  });
  it('records for whom another service asks, beside who asks', async () => {
    await get('/sources/zendesk', tokens.operator, { 'millrace-actor': 'tok-5f3a9c01' });
    expect(audits()).toMatchObject([{ actor: 'operator', detail: '{"onBehalfOf":"tok-5f3a9c01"}' }]);
  });
  it('serves what the operator API declares of it, with its document and in the declared shapes', async () => {
    const document = (await (await get('/../openapi.json')).json()) as { paths: object; servers: unknown };
    expect(document.servers).toEqual([{ url: '/admin' }]);
    expect(Object.keys(document.paths).toSorted()).toEqual(
      namedEndpoints(gatewayEndpoints)
        .map(({ endpoint }) => endpoint.path)
        .toSorted(),
    );
    const { id } = (await (await postWebhook(door.url, 'zendesk', zendeskEvent('2'))).json()) as { id: string };
    const { sources, keys, events } = gatewayEndpoints;
    const asked = [
      [sources.list, '/sources'],
      [sources.show, '/sources/zendesk'],
      [keys.show, '/keys/sample'],
      [events.show, `/events/${id}`],
    ] as const;
    for (const [{ answer }, path] of asked) expect(answer.parse(await (await get(path)).json())).toBeDefined();
    expect(asked.map(([{ path }]) => path).toSorted()).toEqual(Object.keys(document.paths).toSorted());
  });
  it('refuses a query that is not declared, and knows nothing beside', async () => {
    expect(await (await get('/sources?all=true')).json()).toMatchObject({ status: 422, code: 'X_REQUEST_INVALID' });
    expect(await (await get('/topics')).json()).toMatchObject({ status: 404, code: 'X_REQUEST_UNKNOWN' });
  });
  it('wants one of its tokens, and the role that may', async () => {
    expect((await get('/sources', 'wrong')).status).toBe(401);
    expect((await fetch(`${door.adminUrl}/admin/v1/sources`)).status).toBe(401);
    expect((await get('/sources?token=operator', '')).status).toBe(401);
    expect((await get('/sources', tokens.approver)).status).toBe(200);
    expect((await get('/sources/zendesk', tokens.approver)).status).toBe(403);
    expect((await get('/keys/sample', tokens.approver)).status).toBe(403);
    expect(audits()).toEqual([]);
  });
  it('answers only to its own address, whatever the token', async () => {
    expect((await get('/sources', tokens.operator, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await get('/sources', tokens.operator, { origin: door.adminUrl })).status).toBe(200);
    const rebound = await sendBytes(door.adminUrl, (send) =>
      send(
        `GET /admin/v1/sources HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer ${tokens.operator}\r\nConnection: close\r\n\r\n`,
      ),
    );
    expect(rebound).toMatch(/^HTTP\/1\.1 403 /);
  });
  it('is not to be found on the public listener', async () => {
    expect(
      (await fetch(`${door.url}/admin/v1/sources`, { headers: { authorization: `Bearer ${tokens.operator}` } })).status,
    ).toBe(404);
  });
});

describe('health and metrics of the gateway', () => {
  const text = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> =>
    (await fetch(url, { headers })).text();

  it('name no client and no source on the public port', async () => {
    await postWebhook(door.url, 'zendesk', zendeskEvent('named'));
    await fetch(`${door.url}/v1/events/tickets`, { method: 'POST', headers: { authorization: `Bearer ${apiKey}` } });
    const told = await text(`${door.url}/metrics`);
    expect(told).toContain('millrace_gateway_requests_total{outcome="accepted",reason=""} 1\n');
    expect(told).not.toMatch(/zendesk|github|slack|partner|shop|client/);
    expect(JSON.parse(await text(`${door.url}/readyz`))).toEqual({ ready: true });
    expect(JSON.parse(await text(`${door.url}/healthz`))).toEqual({ alive: true });
  });
  it('are told whole to who asks on this machine, without a token', async () => {
    await postWebhook(door.url, 'zendesk', zendeskEvent('named'));
    const told = await text(`${door.adminUrl}/metrics`);
    expect(told).toContain('millrace_gateway_requests_total{source="zendesk",outcome="accepted",reason=""} 1\n');
    expect(told).toContain('source="client/shop"');
    expect(JSON.parse(await text(`${door.adminUrl}/readyz`))).toEqual({
      ready: true,
      phase: 'ready',
      checks: { kafka: { ok: true } },
    });
  });
  it('are told to no web page that makes a browser ask here', async () => {
    for (const path of ['/metrics', '/readyz']) {
      const answer = await fetch(`${door.adminUrl}${path}`, { headers: { origin: 'https://evil.example' } });
      expect([path, answer.status]).toEqual([path, 403]);
      const { port } = new URL(door.adminUrl);
      const rebound = await sendBytes(door.adminUrl, (send) =>
        send(`GET ${path} HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: close\r\n\r\n`),
      );
      expect(rebound).toMatch(/^HTTP\/1\.1 403 [\s\S]*X_ACCESS_ORIGIN/);
    }
  });
});
