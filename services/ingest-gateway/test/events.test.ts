import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { edgeTraceparent, eventId, headerText } from '@millrace/messaging';
import { type Fixture, openGateway, outcomes, postEvent } from './gateway-fixture.ts';

let door: Fixture;
beforeEach(async () => {
  door = await openGateway();
});
afterEach(() => door.close());

const ticket = (more: object = {}): object => ({
  id: 'T-1',
  subject: 'Order 12 is late',
  tags: [],
  attributes: {},
  ...more,
});
const refusal = async (response: Response): Promise<readonly [number, string]> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  return [response.status, ((await response.json()) as { code: string }).code];
};
const received = () =>
  door.broker.records(topics.ticketsReceived.name).map((record) => ({
    key: record.key?.toString(),
    id: headerText(record.headers, 'ce_id'),
    correlationid: headerText(record.headers, 'ce_correlationid'),
    type: headerText(record.headers, 'ce_type'),
    value: topics.ticketsReceived.decode((record.value ?? Buffer.alloc(0)).subarray(5)),
  }));

describe('a business event', () => {
  it('goes on with the trace of its sender, or begins one under its own id', async () => {
    const sent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await postEvent(door.url, 'tickets', ticket(), { 'idempotency-key': 'traced', traceparent: sent });
    await postEvent(door.url, 'tickets', ticket(), { 'idempotency-key': 'untraced', traceparent: 'nonsense' });
    const written = door.broker
      .records(topics.ticketsReceived.name)
      .map(({ headers }) => headerText(headers, 'traceparent'));
    const own = eventId(['shop', 'tickets', 'untraced']);
    expect(written).toEqual([
      edgeTraceparent(sent, eventId(['shop', 'tickets', 'traced'])),
      expect.stringMatching(new RegExp(`^00-${own.replaceAll('-', '')}-[0-9a-f]{16}-01$`)),
    ]);
    expect(written[0]).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it('is answered 202 with the id under which it is in its entity’s topic', async () => {
    const response = await postEvent(door.url, 'tickets', ticket({ requester: { email: 'a@b.example' } }), {
      'idempotency-key': 'k-1',
    });
    const id = eventId(['shop', 'tickets', 'k-1']);
    expect([response.status, await response.json()]).toEqual([202, { id }]);
    expect(response.headers.get('millrace-event-id')).toBe(id);
    expect(received()).toEqual([
      {
        key: 'shop:T-1',
        id,
        correlationid: id,
        type: 'ticket.received',
        value: {
          sequence: null,
          receivedAt: expect.any(Number),
          source: 'shop',
          raw: null,
          deletion: null,
          entity: expect.objectContaining({
            id: 'T-1',
            subject: 'Order 12 is late',
            priority: null,
            requester: { id: null, name: null, email: 'a@b.example', emailDomain: null },
          }),
        },
      },
    ]);
  });
  it('says by `deletion` that something is gone, and needs no more than its id then', async () => {
    const stated = [
      { id: 'T-9', deletion: 'soft' },
      { id: 'T-9', deletion: 'permanent', updatedAt: '2026-11-20T08:00:00Z' },
      { ...ticket({ id: 'T-9' }), deletion: null },
    ];
    for (const event of stated) expect((await postEvent(door.url, 'tickets', event)).status).toBe(202);
    const at = Date.parse('2026-11-20T08:00:00Z');
    expect(received().map(({ key, value }) => [key, value.entity.subject, value.deletion])).toEqual([
      ['shop:T-9', '', { kind: 'soft', at: expect.any(Number), reason: null }],
      ['shop:T-9', '', { kind: 'permanent', at, reason: null }],
      ['shop:T-9', 'Order 12 is late', null],
    ]);
  });
  it.each([true, 'hard', {}])(
    'is refused with a pointer where its `deletion` is neither soft nor permanent: %p',
    async (deletion) => {
      const response = await postEvent(door.url, 'tickets', { id: 'T-9', subject: 'x', deletion });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        errors: [{ pointer: '/deletion', message: 'expected soft or permanent' }],
      });
    },
  );
  it('need not name what may be absent', async () => {
    expect((await postEvent(door.url, 'tickets', { id: 'T-2', subject: 'x' })).status).toBe(202);
    expect(received()[0]?.value.entity).toMatchObject({ tags: [], attributes: {}, description: null });
  });
  it('has U+FFFD for NUL and half a surrogate pair, in names too, and loses no attribute', async () => {
    const body = `{"id":"nul-1","subject":"Printer\\u0000 error","description":"Order \\ud83d late","tags":["a\\u0000"],
      "attributes":{"k\\u0000":"v\\u0000","k\\udc00":"w"}}`;
    expect((await postEvent(door.url, 'tickets', body)).status).toBe(202);
    const [record] = received();
    expect(record?.key).toBe('shop:nul-1');
    expect(record?.value.entity).toMatchObject({
      id: 'nul-1',
      subject: 'Printer\uFFFD error',
      description: 'Order \uFFFD late',
      tags: ['a\uFFFD'],
    });
    expect(Object.values(record?.value.entity.attributes ?? {}).toSorted()).toEqual(['v\uFFFD', 'w']);
  });
  it('keeps the control characters of its id, and its id apart from every other id', async () => {
    const ids = [
      '\u001b]0;owned\u0007',
      'k\0',
      'k\ud83d',
      'k\ud83e',
      'k\uFFFD',
      'é'.repeat(2_000),
      `${'é'.repeat(2_000)}2`,
    ];
    for (const id of [...ids, ...ids]) expect((await postEvent(door.url, 'tickets', ticket({ id }))).status).toBe(202);
    const records = received();
    const keys = records.map(({ key }) => key as string);
    const counts = Map.groupBy(keys, (key) => key);
    expect([...counts.values()].map(({ length }) => length)).toEqual(ids.map(() => 2));
    expect(keys).toContain('shop:\u001b]0;owned\u0007');
    expect(keys.filter((key) => key.includes('\0') || Buffer.byteLength(key) > 1_100)).toEqual([]);
    expect(records.map(({ value }) => `shop:${value.entity.id}`)).toEqual(keys);
  });
  it('states its instants in any unit or as ISO 8601, and the record has epoch milliseconds', async () => {
    const at = Date.parse('2026-11-20T08:00:00.123Z');
    for (const [createdAt, updatedAt] of [
      [at, Math.floor(at / 1000)],
      [at * 1000, at * 1_000_000],
      ['2026-11-20T08:00:00.123456789Z', '2026-11-20T10:00:00,123+02:00'],
      [String(at), `${at}456789`],
    ])
      expect((await postEvent(door.url, 'tickets', ticket({ createdAt, updatedAt }))).status).toBe(202);
    const whole = at - 123;
    expect(received().map(({ value: { entity } }) => [entity.createdAt, entity.updatedAt])).toEqual([
      [at, whole],
      [at, at],
      [at, at],
      [at, at],
    ]);
  });
  it('is a duplicate under the same key and body, and a conflict under another body', async () => {
    const key = { 'idempotency-key': 'k-2' };
    const statuses = [];
    for (const body of [ticket(), ticket(), ticket({ subject: 'another' })])
      statuses.push((await postEvent(door.url, 'tickets', body, key)).status);
    expect(statuses).toEqual([202, 200, 409]);
    expect(received()).toHaveLength(1);
  });
  it('conflicts with a twin of another body that comes at the same time, and the one that won is kept', async () => {
    const key = { 'idempotency-key': 'k-3' };
    const responses = await Promise.all(
      [ticket(), ticket({ subject: 'another' }), ticket()].map((body) => postEvent(door.url, 'tickets', body, key)),
    );
    const statuses = responses.map(({ status }) => status);
    expect(statuses).toContain(202);
    expect(statuses).toContain(409);
    expect(received()).toHaveLength(1);
  });
  it('is new each time when it brings no key', async () => {
    await postEvent(door.url, 'tickets', ticket());
    await postEvent(door.url, 'tickets', ticket());
    expect(new Set(received().map(({ id }) => id)).size).toBe(2);
  });
});

describe('a business event that is not taken', () => {
  it('is 422 with a pointer to every place that does not fit', async () => {
    const response = await postEvent(door.url, 'tickets', {
      subject: 7,
      tags: ['a', 1],
      colour: 'red',
      requester: { email: 'x', age: 3 },
    });
    expect(response.status).toBe(422);
    const { errors, code } = (await response.json()) as { errors: { pointer: string }[]; code: string };
    expect(code).toBe('X_GATEWAY_EVENT_INVALID');
    expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/colour',
      '/id',
      '/requester/age',
      '/subject',
      '/tags/1',
    ]);
    expect(received()).toEqual([]);
  });
  it('is 422 with a pointer where it states an instant that is none', async () => {
    for (const absurd of [
      1e30,
      -1,
      1e20,
      '0000-00-00',
      '+275760-09-13T00:00:00Z',
      '2026-02-30',
      'soon',
      '',
      {},
      true,
    ]) {
      const response = await postEvent(door.url, 'tickets', ticket({ updatedAt: absurd }));
      const { errors } = (await response.json()) as { errors: { pointer: string }[] };
      expect([absurd, response.status, errors.map(({ pointer }) => pointer)]).toEqual([absurd, 422, ['/updatedAt']]);
    }
    expect(received()).toEqual([]);
  });
  it('is 401 without a key that is ours, 403 outside of its scopes, 404 for what is no entity, 405 for another method', async () => {
    const unknown = { authorization: 'Bearer nobody' };
    expect(await refusal(await fetch(`${door.url}/v1/events/tickets`, { method: 'POST', body: '{}' }))).toEqual([
      401,
      'X_GATEWAY_KEY_MISSING',
    ]);
    expect(await refusal(await postEvent(door.url, 'tickets', ticket(), unknown))).toEqual([
      401,
      'X_GATEWAY_KEY_UNKNOWN',
    ]);
    expect(await refusal(await postEvent(door.url, 'issues', {}))).toEqual([403, 'X_GATEWAY_SCOPE']);
    expect(await refusal(await postEvent(door.url, 'constructor', {}))).toEqual([404, 'X_GATEWAY_ENTITY_UNKNOWN']);
    const get = await fetch(`${door.url}/v1/events/tickets`, {
      headers: { authorization: 'Bearer mlr_sample_0123456789abcdef' },
    });
    expect(await refusal(get)).toEqual([405, 'X_GATEWAY_METHOD']);
  });
  it('is 400, 413 or 415 by its form', async () => {
    expect(await refusal(await postEvent(door.url, 'tickets', '{"id":'))).toEqual([400, 'X_BODY_NOT_JSON']);
    expect(await refusal(await postEvent(door.url, 'tickets', ''))).toEqual([400, 'X_BODY_EMPTY']);
    expect(await refusal(await postEvent(door.url, 'tickets', '"text"'))).toEqual([422, 'X_GATEWAY_EVENT_INVALID']);
    expect(await refusal(await postEvent(door.url, 'tickets', ticket(), { 'idempotency-key': 'two words' }))).toEqual([
      400,
      'X_GATEWAY_IDEMPOTENCY_KEY',
    ]);
    expect(await refusal(await postEvent(door.url, 'tickets', ticket({ description: 'x'.repeat(900_000) })))).toEqual([
      413,
      'X_BODY_TOO_LARGE',
    ]);
    expect(
      await refusal(await postEvent(door.url, 'tickets', ticket(), { 'content-type': 'application/cloudevents+json' })),
    ).toEqual([415, 'X_BODY_TYPE_UNSUPPORTED']);
    expect(Object.values(await outcomes(door.metrics)).reduce((sum, count) => sum + count, 0)).toBe(6);
  });
});

describe('which event is newest', () => {
  const sequences = () => received().map(({ value }) => value.sequence);

  it('is not for a gateway to say: two with clocks apart write what the log then orders', async () => {
    const behind = await openGateway({ broker: door.broker, memory: door.memory, now: () => Date.now() - 80 });
    await postEvent(door.url, 'tickets', ticket({ status: 'open' }));
    await postEvent(behind.url, 'tickets', ticket({ status: 'solved' }));
    await behind.close();
    expect(sequences()).toEqual([null, null]);
    expect(received().map(({ value }) => value.entity.status)).toEqual(['open', 'solved']);
  });

  it.each([
    ['millrace-sequence', '42', 'v0000000000000000042'],
    ['ce-sequence', '0042', 'v0000000000000000042'],
    ['millrace-sequence', '9999999999999999999', 'v9999999999999999999'],
    ['ce-time', '2026-11-20T10:12:07.672Z', '001795169527672'],
    ['ce-time', '2026-11-20T11:12:07.672+01:00', '001795169527672'],
  ])('is for the producer to state: %s: %s', async (name, value, statement) => {
    expect((await postEvent(door.url, 'tickets', ticket(), { [name]: value })).status).toBe(202);
    expect(sequences()).toEqual([statement]);
  });

  it('is left to the log where ce-time is the beginning of time, which is what programs write that have none', async () => {
    const response = await postEvent(door.url, 'tickets', ticket(), { 'ce-time': '1970-01-01T00:00:00Z' });
    expect(response.status).toBe(202);
    expect(sequences()).toEqual([null]);
    const [record] = door.broker.records(topics.ticketsReceived.name);
    expect(headerText(record?.headers ?? [], 'ce_time')).toMatch(/^20/);
  });

  it('is said by a count rather than by a time, and the time stays what it is', async () => {
    await postEvent(door.url, 'tickets', ticket(), { 'ce-time': '2026-11-20T10:12:07Z', 'ce-sequence': '7' });
    expect(sequences()).toEqual(['v0000000000000000007']);
    const [record] = door.broker.records(topics.ticketsReceived.name);
    expect(headerText(record?.headers ?? [], 'ce_time')).toBe('2026-11-20T10:12:07.000Z');
  });

  it.each([
    [{ 'millrace-sequence': '-1' }, 400, 'X_GATEWAY_SEQUENCE'],
    [{ 'millrace-sequence': '1.5' }, 400, 'X_GATEWAY_SEQUENCE'],
    [{ 'ce-sequence': '10000000000000000000' }, 400, 'X_GATEWAY_SEQUENCE'],
    [{ 'ce-sequence': '1', 'millrace-sequence': '2' }, 400, 'X_GATEWAY_SEQUENCE'],
    [{ 'ce-time': 'yesterday' }, 400, 'X_GATEWAY_TIME'],
    [{ 'ce-time': '9999-12-31T23:59:59Z' }, 422, 'X_GATEWAY_VERSION_FUTURE'],
  ])('cannot be stated as %p', async (headers, status, code) => {
    expect(await refusal(await postEvent(door.url, 'tickets', ticket(), headers))).toEqual([status, code]);
    expect(received()).toEqual([]);
  });

  it('is not said by a field from the far future, which would keep every later event out', async () => {
    const future = { updatedAt: '9999-12-31T23:59:59Z' };
    const response = await postEvent(door.url, 'tickets', ticket(future));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: 'X_GATEWAY_VERSION_FUTURE',
      errors: [{ pointer: '/updatedAt' }],
    });
    expect((await postEvent(door.url, 'tickets', ticket(future), { 'millrace-sequence': '1' })).status).toBe(202);
    const soon = { updatedAt: Date.now() + 14 * 3_600_000 };
    expect((await postEvent(door.url, 'tickets', ticket(soon))).status).toBe(202);
  });
});
