import { describe, expect, it } from '@jest/globals';
import { groupTopics, type Topic, topicSpecs, topics } from '@millrace/contracts';
import { aFlow, flowsOf } from '@millrace/flows/testing';
import {
  createInMemoryBroker,
  createInMemorySerde,
  deadLetterHeaders,
  type HeaderPair,
  type RecordPosition,
} from '@millrace/messaging';
import type { PlacedAck } from '../src/index/dead-letter-index.ts';
import type { Edge } from '../src/trace/edge-lookup.ts';
import { traceEvent } from '../src/trace/trace.ts';
import { headersOf } from './support/records.ts';

const group = 'sink-writers.tickets.urgent';
const start = 1_800_000_000_000;

async function world() {
  let now = start;
  const broker = createInMemoryBroker({ now: () => now });
  await broker.admin.createTopics(topicSpecs([group]));
  const producer = await broker.createProducer();
  const serde = createInMemorySerde();
  await serde.pin([topics.deliveriesCompleted, topics.transformationsRecorded]);
  const acks: PlacedAck[] = [];
  const put = async (
    topic: Topic<unknown> | string,
    key: string | null,
    headers: readonly HeaderPair[],
    value: Buffer = Buffer.from('x'),
  ): Promise<RecordPosition> => {
    now += 10;
    return producer.send({
      topic: typeof topic === 'string' ? topic : topic.name,
      key: key === null ? null : Buffer.from(key),
      value,
      headers,
    });
  };
  const trace = (id: string, edge: Edge | null = null) =>
    traceEvent(
      id,
      {
        broker,
        serde,
        groups: [group],
        stages: flowsOf([
          aFlow('tickets', {
            classify: [{ ...{ task: 'priority', as: 'priority' }, when: null, pack: null, settings: {} }],
          }),
        ]).stages,
        now: () => now,
        searchMs: 3_600_000,
        edge: { find: async (asked) => (asked === id ? edge : null) },
        index: { acksOf: async (ids: readonly string[]) => acks.filter(({ dlqId }) => ids.includes(dlqId)) } as never,
      },
      AbortSignal.timeout(5_000),
    );
  return { broker, producer, serde, acks, put, trace };
}

async function story({ put, serde, acks }: Awaited<ReturnType<typeof world>>, rawKey: string | null) {
  const child = { correlationid: 'e1', causationid: 'e1' };
  const position = await put(topics.webhooksReceived, rawKey, headersOf('e1'));
  await put(topics.ticketsReceived, 'zendesk:7', headersOf('n1', child));
  await put(topics.ticketsReceived, 'zendesk:7', headersOf('other'));
  await put(topics.ticketsEnriched, 'zendesk:7', headersOf('r1', child));
  await put(topics.ticketsClassified, 'zendesk:7', headersOf('c1', child));
  const facts = deadLetterHeaders({
    id: 'd1',
    group,
    service: 'sink-writers',
    version: 'v',
    step: 'effect',
    first: { topic: 'tickets.classified.v1', partition: 0, offset: 0, timestamp: 1, firstFailedAt: 1 },
    errorClass: 'REJECTED',
    errorCode: 'X_SLACK_CHANNEL',
    errorType: 'CodedError',
    errorMessage: 'm',
    errorStack: null,
    fingerprint: 'f',
    attempts: 1,
    lastFailedAt: 1,
    keySchemaId: null,
    valueSchemaId: null,
  });
  await put(groupTopics(group).dlq, 'zendesk:7', [...headersOf('c1', child), ...facts]);
  await put(groupTopics(group).lane, 'zendesk:7', headersOf('c1', child));
  const delivery = {
    route: 'tickets.urgent',
    sink: 'slack',
    entity: 'tickets',
    id: 'zendesk:7',
    eventId: 'c1',
    outcome: 'delivered',
    reason: null,
    destination: '#support',
    sequence: null,
    attempt: 1,
    durationMs: 3,
    at: 1,
  } as const;
  await put(
    topics.deliveriesCompleted,
    'zendesk:7',
    headersOf('x1', child),
    serde.encode(topics.deliveriesCompleted, delivery),
  );
  acks.push({
    job: 'j1',
    dlqId: 'd1',
    group,
    outcome: 'delivered',
    code: null,
    eventId: 'c1',
    at: start + 1_000,
    partition: 1,
    offset: 4,
  });
  return position;
}

const whole = [
  'accepted',
  'normalised',
  'enriched',
  'classified',
  'dead-lettered',
  'redriven',
  'delivered',
  'resolved(delivered)',
];

describe('traceEvent', () => {
  it('follows the key from the place that the gateway names, in time order, without its neighbours', async () => {
    const here = await world();
    const position = await story(here, 'zendesk:7');
    const { hops, complete } = await here.trace('e1', { receivedAt: start, position });
    expect(hops.map(({ outcome }) => outcome)).toEqual(whole);
    expect(hops.find(({ outcome }) => outcome === 'dead-lettered')).toMatchObject({
      service: 'sink-writers',
      code: 'X_SLACK_CHANNEL',
      topic: groupTopics(group).dlq,
    });
    expect(hops.find(({ outcome }) => outcome === 'delivered')).toMatchObject({
      service: 'sink-writers',
      detail: 'tickets.urgent slack #support',
    });
    expect(complete).toBe(true);
  });

  it('finds the way of an event whose raw record has no key, or whose gateway says nothing', async () => {
    const here = await world();
    const position = await story(here, null);
    expect((await here.trace('e1', { receivedAt: start, position })).hops.map(({ outcome }) => outcome)).toEqual(whole);
    expect((await here.trace('e1')).hops.map(({ outcome }) => outcome)).toEqual(whole);
  });

  it('finds the whole way also by the id of a descendant', async () => {
    const here = await world();
    await story(here, 'zendesk:7');
    expect((await here.trace('c1')).hops.map(({ outcome }) => outcome)).toEqual(whole);
  });

  it('reads only partitions where the record can stand', async () => {
    const here = await world();
    const position = await story(here, 'zendesk:7');
    const busy = await here.trace('e1', { receivedAt: start, position });
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        here.put(topics.ticketsEnriched, `noise-${index}`, headersOf(`noise-${index}`)),
      ),
    );
    const after = await here.trace('e1', { receivedAt: start, position });
    expect(after.scannedRecords - busy.scannedRecords).toBeLessThan(120);
  });

  it('says that an unknown id is unknown', async () => {
    const here = await world();
    await expect(here.trace('nobody')).rejects.toMatchObject({ code: 'X_TRACE_UNKNOWN', status: 404 });
  });
});
