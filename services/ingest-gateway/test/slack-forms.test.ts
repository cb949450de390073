import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fixture, openGateway, outcomes, postWebhook, rawRecords } from './gateway-fixture.ts';

let door: Fixture;
beforeAll(async () => {
  door = await openGateway();
});
afterAll(() => door.close());

const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');
const keptOf = (bodySha256: string) => rawRecords(door.broker).find(({ value }) => value.bodySha256 === bodySha256);

describe('Slack in a form', () => {
  const type = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  const token = 'XXYYZZ-legacy-verification';
  const command = (trigger: string): string =>
    `token=${token}&command=%2Fticket&text=printer+is+on+fire+%F0%9F%94%A5&user_id=U0123&channel_id=C0123&team_id=T0123&trigger_id=${trigger}`;
  const interaction = (payload: object): string => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

  it('has a slash command verified over its bytes, answered with an empty 200, and kept without the legacy token', async () => {
    const body = command('1.2.abc');
    const response = await postWebhook(door.url, 'slack', body, type);
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('millrace-event-id')).toMatch(/^[0-9a-f-]{36}$/);
    const raw = keptOf(sha256(body));
    expect(raw?.value).toMatchObject({
      eventType: 'slash_command',
      subject: 'C0123',
      actor: 'U0123',
      identity: { kind: 'pointer', value: '1.2.abc /ticket' },
    });
    expect(raw?.record.key?.toString()).toBe('slack:C0123');
    expect(raw?.value.body?.toString()).toBe(body.replace(token, '%5Bredacted%5D'));
  });
  it('knows a repeated command, and tells the next one of the same text apart', async () => {
    const statuses = [];
    for (const trigger of ['2.1', '2.1', '2.2'])
      statuses.push((await postWebhook(door.url, 'slack', command(trigger), type)).status);
    expect(statuses).toEqual([200, 200, 200]);
    const kept = rawRecords(door.broker).filter(({ value }) => /^2\.[12] /.test(value.identity.value));
    expect(kept).toHaveLength(2);
  });
  it('has interactions read from the JSON in their field, and the token cut out of that', async () => {
    const payloads = [
      { type: 'block_actions', token, team: { id: 'T0123' }, user: { id: 'U0123' }, trigger_id: '3.1', actions: [{}] },
      { type: 'view_submission', token, team: { id: 'T0123' }, user: { id: 'U0123' }, trigger_id: '3.1', view: {} },
      { type: 'view_closed', token, team: { id: 'T0123' }, user: { id: 'U0123' }, view: {}, is_cleared: false },
      { type: 'block_actions', token, bot_access_token: 'xwfp-lent', team: { id: 'T0123' }, trigger_id: '3.2' },
    ];
    for (const payload of payloads) {
      const body = interaction(payload);
      const response = await postWebhook(door.url, 'slack', body, type);
      expect([payload.type, response.status, await response.text()]).toEqual([payload.type, 200, '']);
      const raw = keptOf(sha256(body));
      expect(raw?.value).toMatchObject({ eventType: payload.type, subject: 'T0123' });
      const kept = new URLSearchParams(raw?.value.body?.toString()).get('payload') ?? '';
      expect(JSON.parse(kept)).toEqual({
        ...payload,
        token: '[redacted]',
        ...('bot_access_token' in payload ? { bot_access_token: '[redacted]' } : {}),
      });
    }
  });
  it('has its look at the certificate answered and nothing produced', async () => {
    const before = rawRecords(door.broker).length;
    const response = await postWebhook(door.url, 'slack', `ssl_check=1&token=${token}`, type);
    expect(response.status).toBe(200);
    expect(rawRecords(door.broker)).toHaveLength(before);
    expect(await outcomes(door.metrics)).toMatchObject({ 'slack handshake ssl_check': 1 });
    expect((await postWebhook(door.url, 'slack', 'ssl_check=1', { ...type, secret: 'wrong' })).status).toBe(401);
  });
  it('is 401 when one byte of the form is another', async () => {
    const body = command('4.1');
    const response = await postWebhook(door.url, 'slack', body, { ...type, sentBody: Buffer.from(`${body}&x=`) });
    expect(response.status).toBe(401);
  });
  it('still has events answered 202 as JSON, and a retry known by its event id', async () => {
    const body = JSON.stringify({ token, type: 'event_callback', event_id: 'Ev-retry', event: { channel: 'C1' } });
    const first = await postWebhook(door.url, 'slack', body);
    const retry = await postWebhook(door.url, 'slack', body, {
      now: Date.now() + 61_000,
      headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' },
    });
    expect([first.status, retry.status]).toEqual([202, 200]);
  });
});
