import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../../../src/kit/simulator/simulator.ts';
import type { Sink, SinkContext } from '../../../src/kit/sink.ts';
import { createZendeskSimulator, integrationActor } from '../../../src/vendors/zendesk/simulator.ts';
import { zendeskSink } from '../../../src/vendors/zendesk/sink.ts';
import { aSimulatorBase, steer } from '../../kit/simulator/steer.ts';
import { aContext, accepted, aDelivery, never } from '../../kit/sink/a-delivery.ts';

const token = 'zendesk-token';
let simulator: Simulator;
let context: SinkContext;
let sink: Sink;

beforeEach(async () => {
  simulator = createZendeskSimulator({ ...aSimulatorBase(), token, signingSecret: 's', webhookUrl: null });
  await simulator.open();
  context = aContext([simulator.url()]);
  sink = zendeskSink.open({ baseUrl: simulator.url(), token }, context);
});

afterEach(async () => {
  await sink.close();
  await context.outbound.close();
  await simulator.close();
});

interface Ticket {
  readonly tags: readonly string[];
  readonly priority: string | null;
  readonly updated_at: string;
}
const call = async (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${simulator.url()}/api/v2/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...(init.headers as object) },
  });
const ticket = async (id = '35436'): Promise<Ticket> =>
  ((await (await call(`tickets/${id}.json`)).json()) as { ticket: Ticket }).ticket;

/** A way out along which something happens just before the first update leaves. */
function beforeThePut(happen: () => Promise<void>): SinkContext {
  let hasHappened = false;
  const send: SinkContext['outbound']['send'] = async (request, signal) => {
    if (request.method === 'PUT' && !hasHappened) {
      hasHappened = true;
      await happen();
    }
    return context.outbound.send(request, signal);
  };
  return { ...context, outbound: { ...context.outbound, send } };
}

describe('zendesk sink', () => {
  it('writes tags, priority and an internal note in one update', async () => {
    const judgements = {
      category: accepted('cards'),
      priority: accepted('urgent'),
      reply: accepted('x', 'We send one.'),
    };
    const result = await sink.write(aDelivery({ judgements }), never);
    expect(result).toMatchObject({ outcome: 'delivered', destination: 'zendesk ticket 35436' });
    expect(await ticket()).toMatchObject({ tags: ['category_cards', 'millrace'], priority: 'urgent' });
    expect(simulator.messages()).toHaveLength(1);
    expect(simulator.messages()[0]?.detail).toMatchObject({
      audit: { comment: { public: false, body: expect.stringContaining('We send one.') } },
    });
  });

  it('writes an event once, however often it comes', async () => {
    for (let times = 0; times < 3; times += 1)
      await expect(sink.write(aDelivery(), never)).resolves.toMatchObject({ outcome: 'delivered' });
    expect(simulator.messages()).toHaveLength(1);
  });

  it('skips a write that changes nothing', async () => {
    await sink.write(aDelivery({ event: 'a', at: 1 }), never);
    await expect(sink.write(aDelivery({ event: 'b', at: 2 }), never)).resolves.toMatchObject({ outcome: 'unchanged' });
    expect(simulator.messages()).toHaveLength(1);
  });

  it('does not overwrite what a newer event wrote', async () => {
    await sink.write(aDelivery({ event: 'new', at: 20, judgements: { priority: accepted('low') } }), never);
    const old = aDelivery({ event: 'old', at: 10, judgements: { priority: accepted('urgent') } });
    await expect(sink.write(old, never)).resolves.toMatchObject({ outcome: 'superseded' });
    expect((await ticket()).priority).toBe('low');
  });

  it('finds its own mark, and only its own', async () => {
    await sink.write(aDelivery({ event: 'a' }), never);
    expect(await sink.probe?.(aDelivery({ event: 'a' }), never)).toBe(true);
    expect(await sink.probe?.(aDelivery({ event: 'b' }), never)).toBe(false);
  });

  it('finds its mark after an answer that was lost', async () => {
    const losing = zendeskSink.open(
      { baseUrl: simulator.url(), token },
      beforeThePut(() => steer(simulator, 'lose-answer', { times: 1 })),
    );
    await expect(losing.write(aDelivery({ event: 'lost' }), never)).rejects.toMatchObject({
      code: 'X_HTTP_RESET',
      applied: 'unknown',
    });
    expect(await sink.probe?.(aDelivery({ event: 'lost' }), never)).toBe(true);
  });

  it('reads again and keeps both when somebody changed the ticket in between', async () => {
    const vip = { method: 'PUT', body: JSON.stringify({ ticket: { additional_tags: ['vip'] } }) };
    const other = zendeskSink.open(
      { baseUrl: simulator.url(), token },
      beforeThePut(async () => void (await call('tickets/35436.json', vip))),
    );
    await expect(other.write(aDelivery(), never)).resolves.toMatchObject({ outcome: 'delivered' });
    expect((await ticket()).tags).toEqual(['category_cards', 'millrace', 'vip']);
  });

  it('leaves a ticket that never stands still for later', async () => {
    await steer(simulator, 'fail', { status: 409 });
    await expect(sink.write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_SINK_CONTENDED',
      disposition: { kind: 'retry' },
      applied: 'no',
    });
  });

  it.each([
    [401, 'X_HTTP_UNAUTHORIZED', 'halt'],
    [403, 'X_HTTP_FORBIDDEN', 'dead-letter'],
    [404, 'X_HTTP_NOT_FOUND', 'dead-letter'],
    [422, 'X_HTTP_REJECTED', 'dead-letter'],
    [500, 'X_HTTP_SERVER', 'retry'],
    [503, 'X_HTTP_SERVER', 'retry'],
  ])('makes of a %i: %s, %s', async (status, code, kind) => {
    await steer(simulator, 'fail', { status });
    await expect(sink.write(aDelivery(), never)).rejects.toMatchObject({ code, disposition: { kind } });
  });

  it('halts on a token that is refused, without a word of it', async () => {
    const wrong = zendeskSink.open({ baseUrl: simulator.url(), token: 'wrong-token' }, context);
    const error: unknown = await wrong.write(aDelivery(), never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'X_HTTP_UNAUTHORIZED', disposition: { kind: 'halt' } });
    expect(String(error)).not.toContain('wrong-token');
  });

  const close = async (): Promise<void> =>
    void (await call('tickets/35436.json', { method: 'PUT', body: JSON.stringify({ ticket: { status: 'closed' } }) }));

  it('says of a closed ticket that it takes no change, rather than make a dead letter that nothing fixes', async () => {
    await close();
    const before = simulator.messages().length;
    await expect(sink.write(aDelivery(), never)).resolves.toEqual({
      outcome: 'filtered',
      reason: 'closed',
      destination: 'zendesk ticket 35436',
    });
    expect(simulator.messages()).toHaveLength(before);
  });

  it('says so also of one that is closed while it is written to, and of one that it wrote to before', async () => {
    const racing = zendeskSink.open({ baseUrl: simulator.url(), token }, beforeThePut(close));
    await expect(racing.write(aDelivery(), never)).resolves.toMatchObject({ outcome: 'filtered', reason: 'closed' });
    const tag = { ticket: { additional_tags: ['millrace'] } };
    await call('tickets/77.json', { method: 'PUT', body: JSON.stringify(tag) });
    await call('tickets/77.json', { method: 'PUT', body: JSON.stringify({ ticket: { status: 'closed' } }) });
    await expect(sink.write(aDelivery({ ticket: '77' }), never)).resolves.toMatchObject({ outcome: 'filtered' });
  });

  it('says of a closed ticket that says everything already that it is unchanged', async () => {
    await sink.write(aDelivery({ event: 'a', at: 1 }), never);
    await close();
    await expect(sink.write(aDelivery({ event: 'b', at: 2 }), never)).resolves.toMatchObject({ outcome: 'unchanged' });
  });

  const remove = async (id: string): Promise<void> => void (await call(`tickets/${id}.json`, { method: 'DELETE' }));

  it('says of a deleted ticket that it is not found, where the account is there and has shown us others', async () => {
    await sink.write(aDelivery({ ticket: '1' }), never);
    await remove('35436');
    const gone = { outcome: 'filtered', reason: 'not-found', destination: 'zendesk ticket 35436' };
    await expect(sink.write(aDelivery(), never)).resolves.toEqual(gone);
    const racing = zendeskSink.open(
      { baseUrl: simulator.url(), token },
      beforeThePut(() => remove('77')),
    );
    await expect(racing.write(aDelivery({ ticket: '77' }), never)).resolves.toMatchObject({ reason: 'not-found' });
  });

  it('takes nothing for deleted while nothing is found, as at another account or in an outage', async () => {
    await remove('35436');
    const refused = { code: 'X_HTTP_NOT_FOUND', refusal: { scope: 'record' } };
    await expect(sink.write(aDelivery(), never)).rejects.toMatchObject(refused);
    await sink.write(aDelivery({ ticket: '1' }), never);
    await steer(simulator, 'fail', { status: 404 });
    await expect(sink.write(aDelivery(), never)).rejects.toMatchObject(refused);
  });

  it('says when the ticket changed by its write, so that the echo of it is known', async () => {
    const { changedAt } = await sink.write(aDelivery(), never);
    expect(changedAt).toBe(Date.parse((await ticket()).updated_at));
  });

  it('waits as long as a rate limit says', async () => {
    await steer(simulator, 'rate-limit', { retryAfterSeconds: 30 });
    await expect(sink.write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_HTTP_RATE_LIMITED',
      disposition: { kind: 'retry', afterMs: 30_000 },
      refusal: { scope: 'everyone' },
      applied: 'no',
    });
  });

  it('takes a wait longer than any limit of an account for this ticket`s own', async () => {
    await steer(simulator, 'rate-limit', { retryAfterSeconds: 600, times: 1 });
    await expect(sink.write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_ZENDESK_TICKET_LIMIT',
      disposition: { kind: 'retry', afterMs: 600_000 },
      refusal: { scope: 'key' },
    });
    await expect(sink.write(aDelivery({ ticket: '2' }), never)).resolves.toMatchObject({ outcome: 'delivered' });
  });

  it('is refused the 31st update of one ticket within ten minutes, and no other ticket is', async () => {
    await steer(simulator, 'limits', { state: 'on' });
    const write = (at: number, id = '35436') =>
      sink.write(aDelivery({ event: `e${at}`, at, ticket: id, judgements: { category: accepted(`c${at}`) } }), never);
    for (let at = 1; at <= 30; at += 1) await write(at);
    await expect(write(31)).rejects.toMatchObject({
      code: 'X_ZENDESK_TICKET_LIMIT',
      disposition: { kind: 'retry', afterMs: expect.any(Number) },
      refusal: { scope: 'key', answer: '429' },
    });
    await expect(write(32, '2')).resolves.toMatchObject({ outcome: 'delivered' });
  });

  it('dead-letters an answer of another shape, and writes nothing before', async () => {
    await steer(simulator, 'schema-change');
    await expect(sink.write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_SINK_SHAPE',
      disposition: { kind: 'dead-letter' },
    });
    expect(simulator.messages()).toHaveLength(0);
  });

  it('gives up on an answer that takes too long', async () => {
    await steer(simulator, 'slow', { ms: 5_000 });
    await expect(sink.write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_HTTP_TIMEOUT',
      disposition: { kind: 'retry' },
    });
  });

  it.each(['', 'ABC-1', '../users/me'])('dead-letters a ticket whose id is %p', async (id) => {
    await expect(sink.write(aDelivery({ ticket: id }), never)).rejects.toMatchObject({ code: 'X_SINK_ENTITY' });
  });
});

describe('zendesk simulator', () => {
  it('holds to the documented limit of updates unless told otherwise, and says so in its headers', async () => {
    await steer(simulator, 'limits', { state: 'on' });
    let ticketId = 0;
    const update = (): Promise<Response> => {
      ticketId += 1;
      return call(`tickets/${ticketId}.json`, { method: 'PUT', body: JSON.stringify({ ticket: { tags: ['x'] } }) });
    };
    const first = await update();
    expect(first.headers.get('zendesk-ratelimit-tickets-update')).toMatch(/^total=300; remaining=299; resets=\d+$/);
    for (let times = 0; times < 299; times += 1) await update();
    const refused = await update();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await steer(simulator, 'limits', { state: 'off' });
    expect((await update()).status).toBe(200);
  });

  it('holds to the documented limit of updates of one ticket, whatever the account has left', async () => {
    await steer(simulator, 'limits', { state: 'on' });
    const update = (id: number): Promise<Response> =>
      call(`tickets/${id}.json`, { method: 'PUT', body: JSON.stringify({ ticket: { tags: ['x'] } }) });
    for (let times = 0; times < 30; times += 1) expect((await update(1)).status).toBe(200);
    const refused = await update(1);
    expect([refused.status, Number(refused.headers.get('retry-after')) > 60]).toEqual([429, true]);
    expect(refused.headers.get('zendesk-ratelimit-tickets-update')).toMatch(/remaining=269/);
    expect((await update(2)).status).toBe(200);
  });

  it('creates a ticket once per Idempotency-Key', async () => {
    const create = (): Promise<Response> =>
      call('tickets.json', {
        method: 'POST',
        headers: { 'idempotency-key': 'k' },
        body: JSON.stringify({ ticket: { subject: 'new' } }),
      });
    const [first, second] = [await create(), await create()];
    expect([first.headers.get('x-idempotency-lookup'), second.headers.get('x-idempotency-lookup')]).toEqual([
      'miss',
      'hit',
    ]);
    expect(await second.json()).toMatchObject({
      ticket: { id: ((await first.json()) as { ticket: { id: number } }).ticket.id },
    });
  });

  it('remembers everything after a restart, so a repeat shows as none', async () => {
    const base = aSimulatorBase();
    const options = { ...base, token, signingSecret: 's', webhookUrl: null };
    const first = createZendeskSimulator(options);
    await first.open();
    const before = aContext([first.url()]);
    await zendeskSink.open({ baseUrl: first.url(), token }, before).write(aDelivery(), never);
    await Promise.all([before.outbound.close(), first.close()]);
    const second = createZendeskSimulator(options);
    await second.open();
    const after = aContext([second.url()]);
    const again = zendeskSink.open({ baseUrl: second.url(), token }, after);
    expect(await again.probe?.(aDelivery(), never)).toBe(true);
    await again.write(aDelivery(), never);
    expect(second.messages()).toHaveLength(1);
    await Promise.all([after.outbound.close(), second.close()]);
  });

  it('tells the gateway of every update with a signed event, ours with our actor', async () => {
    const received = Promise.withResolvers<{ headers: IncomingMessage['headers']; body: string }>();
    const gateway = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        response.end('{}');
        received.resolve({ headers: request.headers, body: Buffer.concat(parts).toString() });
      });
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    const webhookUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/v1/webhooks/zendesk`;
    const firing = createZendeskSimulator({ ...aSimulatorBase(), token, signingSecret: 'signing', webhookUrl });
    await firing.open();
    const own = aContext([firing.url()]);
    await zendeskSink.open({ baseUrl: firing.url(), token }, own).write(aDelivery(), never);
    const { headers, body } = await received.promise;
    const timestamp = String(headers['x-zendesk-webhook-signature-timestamp']);
    const expected = createHmac('sha256', 'signing').update(timestamp).update(body).digest('base64');
    expect(headers['x-zendesk-webhook-signature']).toBe(expected);
    expect(JSON.parse(body)).toMatchObject({
      type: 'zen:event-type:ticket.priority_changed',
      subject: 'zen:ticket:35436',
      detail: { id: '35436', actor_id: String(integrationActor) },
    });
    await Promise.all([own.outbound.close(), firing.close(), new Promise((resolve) => gateway.close(resolve))]);
  });
});
