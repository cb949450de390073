import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fixture, openGateway, postWebhook, rawRecords } from './gateway-fixture.ts';

let door: Fixture;
beforeAll(async () => {
  door = await openGateway();
});
afterAll(() => door.close());

const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');
const keptOf = (bodySha256: string) => rawRecords(door.broker).find(({ value }) => value.bodySha256 === bodySha256);

describe('Stripe', () => {
  const event = (id: string, more: object): string => JSON.stringify({ id, type: 'x.y', livemode: false, ...more });
  const kept = async (body: string) => {
    const response = await postWebhook(door.url, 'stripe', body);
    return [response.status, keptOf(sha256(body))?.value] as const;
  };
  it('has the time and subject of a thin event, whose instant is ISO 8601 with nanoseconds', async () => {
    const [status, raw] = await kept(
      event('evt_thin', {
        object: 'v2.core.event',
        created: '2026-11-19T15:13:32.232083866Z',
        related_object: { id: 'acct_123', type: 'v2.core.account', url: '/v2/core/accounts/acct_123' },
      }),
    );
    expect([status, raw?.subject, raw?.occurredAt]).toEqual([202, 'acct_123', Date.parse('2026-11-19T15:13:32.232Z')]);
  });
  it('has those of a classic one, whose instant is Unix seconds, without the secrets in its object', async () => {
    const object = { id: 'pi_1', client_secret: 'pi_1_secret_abc' };
    const [status, raw] = await kept(
      event('evt_classic', { object: 'event', created: 1_795_101_212, data: { object } }),
    );
    expect([status, raw?.subject, raw?.occurredAt]).toEqual([202, 'pi_1', 1_795_101_212_000]);
    expect(raw?.body?.toString()).not.toContain('pi_1_secret_abc');
  });
  it('orders what is about no object within its account', async () => {
    expect((await kept(event('evt_a', { context: 'acct_9' })))[1]?.subject).toBe('acct_9');
    expect((await kept(event('evt_b', { account: 'acct_8', data: { object: {} } })))[1]?.subject).toBe('acct_8');
    expect((await kept(event('evt_c', {})))[1]?.subject).toBe('evt_c');
  });
  it('is taken without a time where it states none that there can be', async () => {
    for (const created of [1e30, -5, '2026-02-30T00:00:00Z', '+275760-09-13T00:00:00Z', 'soon', {}, null]) {
      const [status, raw] = await kept(event(`evt_${JSON.stringify(created)}`, { created }));
      expect([created, status, raw?.occurredAt]).toEqual([created, 202, null]);
    }
  });
});
