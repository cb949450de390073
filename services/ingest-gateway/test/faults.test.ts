import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Producer } from '@millrace/messaging';
import { sendingBy } from '@millrace/messaging/testing';
import {
  type Fixture,
  newBroker,
  openGateway,
  outcomes,
  postEvent,
  postWebhook,
  rawRecords,
  until,
  zendeskEvent,
} from './gateway-fixture.ts';

let door: Fixture;
afterEach(() => door.close());

const isReady = async (): Promise<boolean> => (await fetch(`${door.url}/readyz`)).status === 200;
const notNow = async (response: Response): Promise<string> => {
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  return ((await response.json()) as { code: string }).code;
};

/** A producer whose acknowledgements a test holds back. */
function heldProducer(producer: Producer): { readonly producer: Producer; release(): void } {
  const gate = Promise.withResolvers<void>();
  return {
    release: () => gate.resolve(),
    producer: sendingBy(producer, async (record, signal) => {
      await gate.promise;
      return producer.send(record, signal);
    }),
  };
}

describe('without Kafka', () => {
  it('at boot the door opens, answers 503, and takes requests by itself once Kafka is there', async () => {
    const broker = newBroker();
    let isThere = false;
    door = await openGateway({
      broker,
      connectProducer: () => (isThere ? broker.createProducer() : Promise.reject(new Error('refused'))),
    });
    expect((await fetch(`${door.url}/healthz`)).status).toBe(200);
    expect(await isReady()).toBe(false);
    expect(await notNow(await postWebhook(door.url, 'zendesk', zendeskEvent('1')))).toBe('X_GATEWAY_KAFKA_AWAY');
    isThere = true;
    await until(isReady);
    expect((await postWebhook(door.url, 'zendesk', zendeskEvent('1'))).status).toBe(202);
  });
  it('at run time it answers 503, soon without trying, and recovers by itself; what it refused can be sent again', async () => {
    door = await openGateway();
    await until(isReady);
    door.broker.setReachable(false);
    for (const id of ['1', '2', '3', '4', '5'])
      expect(await notNow(await postWebhook(door.url, 'zendesk', zendeskEvent(id)))).toBe('X_GATEWAY_KAFKA_AWAY');
    expect(await isReady()).toBe(false);
    door.broker.setReachable(true);
    await until(async () => (await postWebhook(door.url, 'zendesk', zendeskEvent('1'))).status === 202);
    expect((await postWebhook(door.url, 'zendesk', zendeskEvent('1'))).status).toBe(200);
    expect(rawRecords(door.broker)).toHaveLength(1);
    expect(await isReady()).toBe(true);
  });
});

describe('when Kafka is slow', () => {
  let release: () => void;
  beforeEach(async () => {
    const broker = newBroker();
    const held = heldProducer(await broker.createProducer());
    release = held.release;
    door = await openGateway({ broker, connectProducer: async () => held.producer, eventDeadlineMs: 150 });
  });
  afterEach(() => release());

  it('it answers 503 before the sender gives up, and a late acknowledgement makes the repetition a duplicate', async () => {
    const slow = await postEvent(door.url, 'tickets', { id: '1', subject: 'x' }, { 'idempotency-key': 'k' });
    expect(await notNow(slow)).toBe('X_GATEWAY_DEADLINE');
    release();
    await until(() => door.broker.records('tickets.received.v1').length === 1);
    const again = await postEvent(door.url, 'tickets', { id: '1', subject: 'x' }, { 'idempotency-key': 'k' });
    expect(again.status).toBe(200);
    expect(door.broker.records('tickets.received.v1')).toHaveLength(1);
  });
  it('a twin waits 200 ms and is sent away with 503', async () => {
    const first = postWebhook(door.url, 'zendesk', zendeskEvent('9'));
    await until(() => door.memory.claims.size === 1);
    const startedAt = performance.now();
    expect(await notNow(await postWebhook(door.url, 'zendesk', zendeskEvent('9')))).toBe('X_GATEWAY_TWIN');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(190);
    release();
    expect((await first).status).toBe(202);
  });
  it('a drain answers what was taken and lets nothing new in', async () => {
    const first = postWebhook(door.url, 'zendesk', zendeskEvent('10'));
    await until(() => door.memory.claims.size === 1);
    const closed = door.close();
    release();
    expect((await first).status).toBe(202);
    await closed;
    expect(rawRecords(door.broker)).toHaveLength(1);
    await expect(fetch(`${door.url}/healthz`)).rejects.toThrow();
    door = await openGateway();
  });
  it('bodies on their way count against the budget until they are safe, also when nobody waits for them', async () => {
    await door.close();
    const broker = newBroker();
    const held = heldProducer(await broker.createProducer());
    door = await openGateway({
      broker,
      connectProducer: async () => held.producer,
      maxInFlightBytes: 4000,
      eventDeadlineMs: 100,
    });
    const event = (id: string) => postEvent(door.url, 'tickets', { id, subject: 'x'.repeat(2500) });
    expect(await notNow(await event('1'))).toBe('X_GATEWAY_DEADLINE');
    expect(await notNow(await event('2'))).toBe('X_GATEWAY_MEMORY');
    held.release();
    await until(() => broker.records('tickets.received.v1').length === 1);
    await until(async () => (await event('3')).status === 202);
    expect(await outcomes(door.metrics)).toMatchObject({
      'client/shop shed X_GATEWAY_MEMORY': 1,
      'client/shop shed X_GATEWAY_DEADLINE': 1,
    });
  });
});

describe('without Postgres', () => {
  beforeEach(async () => {
    door = await openGateway();
    door.ledger.setReachable(false);
  });
  it('webhooks are taken all the same, marked, and under the same id each time', async () => {
    const responses = [
      await postWebhook(door.url, 'zendesk', zendeskEvent('1')),
      await postWebhook(door.url, 'zendesk', zendeskEvent('1')),
    ];
    expect(responses.map(({ status }) => status)).toEqual([202, 202]);
    const records = rawRecords(door.broker);
    expect(records.map(({ value }) => value.dedupe)).toEqual(['unknown', 'unknown']);
    expect(new Set(records.map(({ id }) => id)).size).toBe(1);
  });
  it('large bodies are refused with 503 and taken once it is back', async () => {
    const body = JSON.stringify({ action: 'opened', issue: { id: 1, title: 'x' }, filler: 'x'.repeat(1_000_000) });
    const send = () =>
      postWebhook(door.url, 'github', body, { headers: { 'x-github-event': 'issues', 'x-github-delivery': 'd' } });
    expect(await notNow(await send())).toBe('X_GATEWAY_CLAIM_CHECK_AWAY');
    door.ledger.setReachable(true);
    expect((await send()).status).toBe(202);
  });
  it('the gateway stays ready', async () => {
    await until(isReady);
  });
});
