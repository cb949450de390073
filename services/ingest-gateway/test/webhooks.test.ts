import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { edgeTraceparent, eventId, headerText } from '@millrace/messaging';
import {
  type Fixture,
  openGateway,
  outcomes,
  postWebhook,
  rawRecords,
  sendBytes,
  signedHeaders,
  zendeskEvent,
} from './gateway-fixture.ts';

let door: Fixture;
beforeEach(async () => {
  door = await openGateway();
});
afterEach(() => door.close());

const problem = async (response: Response): Promise<{ status: number; code: string; type: string | null }> => {
  const body = (await response.json()) as { status: number; code: string };
  expect(body.status).toBe(response.status);
  expect(body).toMatchObject({
    type: `urn:millrace:error:${body.code}`,
    title: expect.any(String),
    detail: expect.any(String),
    correlationId: expect.any(String),
  });
  return { status: body.status, code: body.code, type: response.headers.get('content-type') };
};
const refused = (status: number, code: string) => ({ status, code, type: 'application/problem+json; charset=utf-8' });
const issue = (more: object = {}): string =>
  JSON.stringify({ action: 'opened', issue: { id: 1, number: 2, title: 'x' }, sender: { login: 'me' }, ...more });
const delivery = (id: string, event = 'issues') => ({ headers: { 'x-github-delivery': id, 'x-github-event': event } });

describe('a genuine webhook', () => {
  it('goes on with the trace of its sender, or begins one under its own id', async () => {
    const sent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
    await postWebhook(door.url, 'zendesk', zendeskEvent('traced'), { headers: { traceparent: sent } });
    await postWebhook(door.url, 'zendesk', zendeskEvent('untraced'));
    const written = rawRecords(door.broker).map(({ record }) => headerText(record.headers, 'traceparent'));
    expect(written.toSorted()).toEqual(
      [
        edgeTraceparent(sent, eventId(['zendesk', 'traced'])),
        edgeTraceparent(undefined, eventId(['zendesk', 'untraced'])),
      ].toSorted(),
    );
  });

  it('is answered 202 with the id under which its bytes are in Kafka', async () => {
    const body = zendeskEvent('01A');
    const response = await postWebhook(door.url, 'zendesk', body, {
      headers: { authorization: 'Basic c2VjcmV0', 'x-zendesk-webhook-invocation-id': 'i' },
    });
    expect(response.status).toBe(202);
    const id = eventId(['zendesk', '01A']);
    expect(await response.json()).toEqual({ id });
    expect(response.headers.get('millrace-event-id')).toBe(id);
    const [raw, ...others] = rawRecords(door.broker);
    expect(others).toEqual([]);
    expect(raw?.record.key?.toString()).toBe('zendesk:35436');
    const header = (name: string) => headerText(raw?.record.headers ?? [], name);
    expect([
      header('ce_id'),
      header('ce_correlationid'),
      header('ce_source'),
      header('ce_type'),
      header('ce_time'),
      header('ce_generation'),
    ]).toEqual([id, id, 'zendesk', 'webhook.received', '2026-11-20T10:12:07.672Z', '0']);
    expect(raw?.value).toMatchObject({
      source: 'zendesk',
      connector: 'zendesk',
      method: 'POST',
      path: '/v1/webhooks/zendesk',
      body: Buffer.from(body),
      bodyRef: null,
      bodySha256: createHash('sha256').update(body).digest('hex'),
      verification: { verdict: 'verified', keyId: 'current', scheme: 'zendesk', replayProtected: true },
      identity: { kind: 'pointer', value: '01A' },
      eventType: 'ticket.created',
      subject: '35436',
      actor: '7',
      occurredAt: Date.parse('2026-11-20T10:12:07.672Z'),
      dedupe: 'checked',
    });
    const headers = Object.fromEntries(
      (raw?.value.headers ?? []).map(({ name, value }) => [name.toLowerCase(), value]),
    );
    expect(headers['authorization']).toBe('[redacted]');
    expect(headers['x-zendesk-webhook-invocation-id']).toBe('i');
    expect(door.logs.join('')).not.toMatch(/Card declined|c2VjcmV0/);
  });

  it('is accepted once and answered as a duplicate ever after, whoever repeats it when', async () => {
    const body = zendeskEvent('01B');
    const first = await postWebhook(door.url, 'zendesk', body);
    const second = await postWebhook(door.url, 'zendesk', body, { now: Date.now() + 60_000 });
    expect([first.status, second.status]).toEqual([202, 200]);
    const { id } = (await first.json()) as { id: string };
    expect(await second.json()).toEqual({ id, duplicate: true });
    await door.close();
    const again = await openGateway({ memory: door.memory, broker: door.broker.connect() });
    const third = await postWebhook(again.url, 'zendesk', body);
    expect([third.status, await third.json()]).toEqual([200, { id, duplicate: true }]);
    await again.close();
    door = await openGateway();
  });

  it('shares its outcome with a twin that comes at the same time', async () => {
    const body = zendeskEvent('01C');
    const responses = await Promise.all(Array.from({ length: 20 }, () => postWebhook(door.url, 'zendesk', body)));
    const statuses = responses.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array.from({ length: 19 }, () => 200), 202]);
    expect(rawRecords(door.broker)).toHaveLength(1);
  });

  it('counts as new when only the unsigned delivery id differs, and as a repetition where the source is strict', async () => {
    const statuses = async (source: string) => {
      const responses = [
        await postWebhook(door.url, source, issue(), delivery('one')),
        await postWebhook(door.url, source, issue(), delivery('two')),
        await postWebhook(door.url, source, issue(), delivery('one')),
      ];
      return responses.map(({ status }) => status);
    };
    expect(await statuses('github')).toEqual([202, 202, 200]);
    expect(await statuses('strict')).toEqual([202, 200, 200]);
    expect(rawRecords(door.broker).map(({ value }) => value.verification.replayProtected)).toEqual(
      expect.arrayContaining([false, false, true]),
    );
  });

  it('is never dropped when its sender gives nothing to recognise it by', async () => {
    const headers = { headers: { 'x-github-event': 'issues' } };
    const responses = [
      await postWebhook(door.url, 'github', issue(), headers),
      await postWebhook(door.url, 'github', issue(), headers),
    ];
    expect(responses.map(({ status }) => status)).toEqual([202, 202]);
    expect(rawRecords(door.broker).map(({ value }) => value.identity.kind)).toEqual(['none', 'none']);
  });

  it('carries no key where its source declares no order', async () => {
    const response = await postWebhook(door.url, 'partner', '{"type":"a.b"}', { headers: { 'webhook-id': 'msg_1' } });
    expect(response.status).toBe(202);
    expect(rawRecords(door.broker)[0]?.record.key).toBeNull();
  });

  it('has the credentials in its body cut out, and nothing else changed', async () => {
    const body =
      '{"token" : "legacy-secret",\n "type":"event_callback","event_id":"Ev1","event":{"channel":"C1","n":1.0e2}}';
    expect((await postWebhook(door.url, 'slack', body)).status).toBe(202);
    const [raw] = rawRecords(door.broker);
    expect(raw?.value.body?.toString()).toBe(body.replace('"legacy-secret"', '"[redacted]"'));
    expect(raw?.value.bodySha256).toBe(createHash('sha256').update(body).digest('hex'));
  });

  it('is verified over its compressed bytes and kept as they came', async () => {
    const packed = gzipSync(issue());
    const response = await postWebhook(door.url, 'github', packed, {
      headers: { ...delivery('z').headers, 'content-encoding': 'gzip' },
    });
    expect(response.status).toBe(202);
    expect(rawRecords(door.broker)[0]?.value).toMatchObject({ body: packed, eventType: 'issues.opened', subject: '1' });
  });

  it('travels by claim check when it is large, and is never cut', async () => {
    const body = issue({ filler: 'ü'.repeat(1_000_000) });
    expect(Buffer.byteLength(body)).toBeGreaterThan(2_000_000);
    const response = await postWebhook(door.url, 'github', body, delivery('large'));
    expect(response.status).toBe(202);
    const [raw] = rawRecords(door.broker);
    expect(raw?.value.body).toBeNull();
    const { ref = '', bytes, sha256 } = raw?.value.bodyRef ?? {};
    expect(bytes).toBe(Buffer.byteLength(body));
    expect(sha256).toBe(raw?.value.bodySha256);
    expect(door.memory.bodies.get(ref)?.toString()).toBe(body);
  });

  it('keeps a large body under the key of its record, however long its subject, so that it can be erased by it', async () => {
    const long = { id: '語'.repeat(500), number: 2, title: 'x' };
    const body = issue({ issue: long, filler: 'x'.repeat(1_000_000) });
    expect((await postWebhook(door.url, 'github', body, delivery('long'))).status).toBe(202);
    const [raw] = rawRecords(door.broker);
    const key = raw?.record.key?.toString() ?? '';
    expect(key).toMatch(/^github:語+~[0-9a-f]{16}$/);
    expect(door.memory.bodyKeys.get(raw?.value.bodyRef?.ref ?? '')).toBe(key);
  });
});

describe('a handshake', () => {
  it('of Slack is answered with its challenge as plain text, once the signature proved it', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: '<b>3eZbrw1a</b>', token: 't' });
    const response = await postWebhook(door.url, 'slack', body);
    expect([response.status, await response.text()]).toEqual([200, '<b>3eZbrw1a</b>']);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await postWebhook(door.url, 'slack', body, { secret: 'wrong' })).status).toBe(401);
    expect(rawRecords(door.broker)).toEqual([]);
  });
  it('of GitHub (ping) is answered 200 and produces nothing', async () => {
    const response = await postWebhook(door.url, 'github', '{"zen":"x"}', delivery('p', 'ping'));
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    expect(rawRecords(door.broker)).toEqual([]);
    expect(await outcomes(door.metrics)).toEqual({ 'github handshake ping': 1 });
  });
});

describe('a vendor’s public test secret', () => {
  const secret = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';
  it('is answered 200 and produces nothing', async () => {
    const response = await postWebhook(door.url, 'zendesk', '{"test":true}', { secret });
    expect(response.status).toBe(200);
    expect(rawRecords(door.broker)).toEqual([]);
    expect(await outcomes(door.metrics)).toEqual({ 'zendesk test': 1 });
  });
  it('does not spend the rate of its source, which everybody could then use up', async () => {
    await door.close();
    door = await openGateway({ sourceRatePerSecond: 2 });
    const tests = await Promise.all(
      Array.from({ length: 6 }, () => postWebhook(door.url, 'zendesk', '{}', { secret })),
    );
    expect(tests.map(({ status }) => status)).toContain(429);
    const genuine = await Promise.all(
      ['a', 'b'].map((id) => postWebhook(door.url, 'zendesk', zendeskEvent(`rate-${id}`))),
    );
    expect(genuine.map(({ status }) => status)).toEqual([202, 202]);
  });
});

describe('a request that is not taken', () => {
  it('is 401 when it is unsigned, wrongly signed, tampered with or stale', async () => {
    const body = zendeskEvent('02A');
    const unsigned = await fetch(`${door.url}/v1/webhooks/zendesk`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await problem(unsigned)).toEqual(refused(401, 'X_VERIFY_HEADER_MISSING'));
    expect(await problem(await postWebhook(door.url, 'zendesk', body, { secret: 'another' }))).toEqual(
      refused(401, 'X_VERIFY_SIGNATURE_WRONG'),
    );
    expect(
      await problem(await postWebhook(door.url, 'zendesk', body, { sentBody: Buffer.from(zendeskEvent('02B')) })),
    ).toEqual(refused(401, 'X_VERIFY_SIGNATURE_WRONG'));
    expect(await problem(await postWebhook(door.url, 'zendesk', body, { now: Date.now() - 6 * 60_000 }))).toEqual(
      refused(401, 'X_VERIFY_TIMESTAMP_STALE'),
    );
    expect(await problem(await postWebhook(door.url, 'zendesk', body, { now: Date.now() + 6 * 60_000 }))).toEqual(
      refused(401, 'X_VERIFY_TIMESTAMP_STALE'),
    );
    expect(rawRecords(door.broker)).toEqual([]);
  });
  it('is 400 when it is genuine but empty, not UTF-8, not JSON or not what its encoding says', async () => {
    const codes = ['', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), '{"a":'].map(async (body) =>
      problem(await postWebhook(door.url, 'github', Buffer.from(body))),
    );
    expect(await Promise.all(codes)).toEqual([
      refused(400, 'X_BODY_EMPTY'),
      refused(400, 'X_BODY_NOT_UTF8'),
      refused(400, 'X_BODY_NOT_JSON'),
    ]);
    const damaged = await postWebhook(door.url, 'github', 'not gzip', { headers: { 'content-encoding': 'gzip' } });
    expect(await problem(damaged)).toEqual(refused(400, 'X_BODY_NOT_DECODABLE'));
  });
  it('is 401 and not 400 when nobody vouches for what is wrong with it', async () => {
    expect(await problem(await postWebhook(door.url, 'github', '{"a":', { secret: 'wrong' }))).toEqual(
      refused(401, 'X_VERIFY_SIGNATURE_WRONG'),
    );
  });
  it('is 404, 403, 405 or 415 by its address, method and type alone', async () => {
    const post = (path: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      fetch(`${door.url}${path}`, { method: 'POST', headers, body: '{}' });
    expect(await problem(await post('/v1/webhooks/nobody'))).toEqual(refused(404, 'X_GATEWAY_SOURCE_UNKNOWN'));
    expect(await problem(await post('/v1/webhooks/__proto__'))).toEqual(refused(404, 'X_GATEWAY_SOURCE_UNKNOWN'));
    expect(await problem(await post('/v1/webhooks/zendesk/token'))).toEqual(refused(404, 'X_GATEWAY_ROUTE_UNKNOWN'));
    expect(await problem(await post('/v2'))).toEqual(refused(404, 'X_GATEWAY_ROUTE_UNKNOWN'));
    expect(await problem(await post('/v1/webhooks/%E0%A4%A'))).toEqual(refused(400, 'X_GATEWAY_REQUEST_MALFORMED'));
    expect(await problem(await post('/v1/webhooks/closed'))).toEqual(refused(403, 'X_GATEWAY_SOURCE_DISABLED'));
    const get = await fetch(`${door.url}/v1/webhooks/zendesk`);
    expect(get.headers.get('allow')).toBe('POST');
    expect(await problem(get)).toEqual(refused(405, 'X_GATEWAY_METHOD'));
    expect(await problem(await post('/v1/webhooks/zendesk', { 'content-type': 'text/xml' }))).toEqual(
      refused(415, 'X_BODY_TYPE_UNSUPPORTED'),
    );
    expect(
      await problem(
        await post('/v1/webhooks/zendesk', { 'content-type': 'application/json', 'content-encoding': 'compress' }),
      ),
    ).toEqual(refused(415, 'X_BODY_ENCODING_UNKNOWN'));
  });
  it('is 413 one byte above the limit, whether it says so or streams, before anything is verified', async () => {
    const limit = 5 * 1024 * 1024;
    const exact = Buffer.alloc(limit, 0x20);
    expect(await problem(await postWebhook(door.url, 'zendesk', exact))).toEqual(refused(400, 'X_BODY_NOT_JSON'));
    const over = Buffer.alloc(limit + 1, 0x20);
    expect(
      await problem(
        await fetch(`${door.url}/v1/webhooks/zendesk`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: over,
        }),
      ),
    ).toEqual(refused(413, 'X_BODY_TOO_LARGE'));
    const streamed = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < over.length; at += 65_536) controller.enqueue(over.subarray(at, at + 65_536));
        controller.close();
      },
    });
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: streamed,
      duplex: 'half',
    } as RequestInit;
    expect(await problem(await fetch(`${door.url}/v1/webhooks/zendesk`, init))).toEqual(
      refused(413, 'X_BODY_TOO_LARGE'),
    );
  });
  it('is 413 when it unpacks to more than the limit, and costs no more than that', async () => {
    const bomb = gzipSync(Buffer.alloc(60 * 1024 * 1024, 0x20));
    const response = await postWebhook(door.url, 'zendesk', bomb, { headers: { 'content-encoding': 'gzip' } });
    expect(await problem(response)).toEqual(refused(413, 'X_BODY_TOO_LARGE'));
  });
  it('is 408 when its body does not come', async () => {
    await door.close();
    door = await openGateway({ bodyTimeoutMs: 300 });
    const answer = await sendBytes(door.url, (send) =>
      send(
        'POST /v1/webhooks/zendesk HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":',
      ),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('X_GATEWAY_BODY_SLOW');
  });
  it('is 431 when its headers are too large and 400 when it is no HTTP', async () => {
    const large = await sendBytes(door.url, (send) =>
      send(`POST / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    );
    expect(large).toMatch(/^HTTP\/1\.1 431 [\s\S]*X_GATEWAY_HEADERS_TOO_LARGE/);
    const nonsense = await sendBytes(door.url, (send) => send('HELO there\r\n\r\n'));
    expect(nonsense).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*X_GATEWAY_REQUEST_MALFORMED/);
  });
  it('is 429 with Retry-After above the rate of its source, and other sources do not notice', async () => {
    const responses = [
      await postWebhook(door.url, 'narrow', issue(), delivery('1')),
      await postWebhook(door.url, 'narrow', issue(), delivery('2')),
      await postWebhook(door.url, 'github', issue(), delivery('3')),
    ];
    expect(responses.map(({ status }) => status)).toEqual([202, 429, 202]);
    expect(responses[1]?.headers.get('retry-after')).toBe('1');
  });
  it('does not use up the rate of its source when nobody vouches for it', async () => {
    for (let count = 0; count < 5; count += 1)
      expect((await postWebhook(door.url, 'narrow', issue(), { secret: 'wrong' })).status).toBe(401);
    expect((await postWebhook(door.url, 'narrow', issue(), delivery('1'))).status).toBe(202);
  });
});

it('counts exactly one outcome per request, also when the sender leaves', async () => {
  await postWebhook(door.url, 'zendesk', zendeskEvent('03A'));
  await postWebhook(door.url, 'zendesk', zendeskEvent('03A'));
  await postWebhook(door.url, 'zendesk', zendeskEvent('03A'), { secret: 'wrong' });
  await fetch(`${door.url}/nowhere`);
  const headers = Object.entries(signedHeaders('zendesk', Buffer.from('{}'))).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const { hostname, port } = new URL(door.url);
  const { connect } = await import('node:net');
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST /v1/webhooks/zendesk HTTP/1.1\r\nHost: x\r\n${headers.join('')}Content-Length: 10\r\n\r\n{`);
      socket.once('close', () => resolve());
      setImmediate(() => socket.destroy());
    });
  });
  const expected = {
    'zendesk accepted': 1,
    'zendesk duplicate': 1,
    'zendesk rejected X_VERIFY_SIGNATURE_WRONG': 1,
    'unknown rejected X_GATEWAY_ROUTE_UNKNOWN': 1,
    'zendesk rejected X_GATEWAY_BODY_CUT': 1,
  };
  const deadline = Date.now() + 3000;
  while (Date.now() < deadline && Object.keys(await outcomes(door.metrics)).length < 5)
    await new Promise((resolve) => setImmediate(resolve));
  expect(await outcomes(door.metrics)).toEqual(expected);
});
