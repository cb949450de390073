import { afterAll, describe, expect, it } from '@jest/globals';
import type { AnySink, SinkDelivery } from '@millrace/connectors/kit/sink';
import { httpSink } from '@millrace/connectors/vendors/http/sink';
import { slackSink } from '@millrace/connectors/vendors/slack/sink';
import { zendeskSink } from '@millrace/connectors/vendors/zendesk/sink';
import { createExpressions } from '@millrace/flows';
import { aFlow } from '@millrace/flows/testing';
import type { Envelope } from '@millrace/messaging';
import { type Deliverable, deliver, type Written } from '../src/deliver.ts';
import { aTicket } from './a-ticket.ts';

const envelope: Envelope<Deliverable> = {
  id: 'event',
  source: 'zendesk',
  type: 'ticket.classified',
  time: '2026-01-01T00:00:00.000Z',
  correlationid: 'correlation',
  causationid: 'parent',
  generation: 0,
  traceparent: null,
  key: 'zendesk:1',
  data: aTicket('1'),
  origin: { topic: 'tickets.classified.v1', partition: 0, offset: 0, timestamp: 0 },
  delivery: {
    position: { topic: 'tickets.classified.v1', partition: 0, offset: 0 },
    through: 'source',
    attempt: 0,
    replay: null,
  },
};

/** What becomes of the deletion of something that the route's condition leaves out, and what the destination was given. */
const gone = async (kind: 'soft' | 'permanent', sink: AnySink) => {
  const given: SinkDelivery[] = [];
  const passed: SinkDelivery[] = [];
  const never = async () => Promise.reject(new Error('no expression says anything of what is gone'));
  const handle = deliver({
    flow: aFlow(),
    route: { route: 'notify', when: 'wanted', map: '{ "text": subject }', order: 'key', onFailure: 'tiers' },
    sink,
    expressions: { evaluate: never },
    write: async (delivery) => {
      given.push(delivery);
      return { outcome: 'delivered', destination: 'there', reason: null };
    },
    pass: async (delivery) => void passed.push(delivery),
    now: () => 0,
  });
  const data = { ...aTicket('1'), deletion: { kind, at: 1, reason: 'deleted' } };
  const { outcome } = await handle({ ...envelope, data }, new AbortController().signal);
  return { outcome, given, passed };
};

describe('that something is gone', () => {
  it.each(['soft', 'permanent'] as const)(
    'reaches a sink past the condition and the map of its route: %s',
    async (kind) => {
      const { outcome, given } = await gone(kind, httpSink);
      expect(outcome).toEqual({ kind: 'delivered' });
      expect(given).toMatchObject([{ key: 'zendesk:1', value: { deletion: { kind } } }]);
      expect(given[0]).not.toHaveProperty('mapped');
    },
  );

  it.each([
    ['soft', zendeskSink],
    ['permanent', zendeskSink],
    ['soft', slackSink],
  ] as const)(
    'of a kind about which its sink does nothing ends as filtered, and settles the key: %s',
    async (kind, sink) => {
      const { outcome, given, passed } = await gone(kind, sink);
      expect(outcome).toEqual({ kind: 'filtered', reason: 'deleted' });
      expect(given).toEqual([]);
      expect(passed).toMatchObject([{ key: 'zendesk:1' }]);
    },
  );
});

/** Whether the breaker is told that the destination was asked. */
const wasAsked = async (written: Written | null): Promise<boolean | undefined> => {
  const handle = deliver({
    flow: aFlow(),
    route: { route: 'notify', when: 'wanted', map: null, order: 'key', onFailure: 'tiers' },
    sink: httpSink,
    expressions: { evaluate: async () => written !== null },
    write: async () => written ?? Promise.reject(new Error('nothing is to be written')),
    pass: async () => undefined,
    now: () => 0,
  });
  return (await handle(envelope, new AbortController().signal)).asked;
};

describe('a delivery', () => {
  it('that the condition of its route leaves out says nothing of the destination', async () => {
    expect(await wasAsked(null)).toBe(false);
  });

  it('that was made before says nothing of the destination', async () => {
    expect(await wasAsked({ outcome: 'delivered', destination: '', reason: 'delivered-before' })).toBe(false);
  });

  it('that is older than what the route is done with says nothing of the destination', async () => {
    expect(await wasAsked({ outcome: 'superseded', destination: '', reason: 'newer-settled' })).toBe(false);
  });

  it.each<readonly [string, Written]>([
    ['is written', { outcome: 'delivered', destination: 'there', reason: null }],
    ['is older than what is there', { outcome: 'superseded', destination: 'there', reason: null }],
    ['changes nothing', { outcome: 'unchanged', destination: 'there', reason: null }],
    ['is found there', { outcome: 'delivered', destination: '', reason: 'found-at-destination' }],
  ])('that %s says that the destination answers', async (_, written) => {
    expect(await wasAsked(written)).toBe(true);
  });
});

describe('a route', () => {
  const expressions = createExpressions();
  afterAll(() => expressions.close());

  const deliveryFor = async (
    { when = null, map = null }: { readonly when?: string | null; readonly map?: string | null },
    entity: object = {},
  ): Promise<SinkDelivery | undefined> => {
    let written: SinkDelivery | undefined;
    const handle = deliver({
      flow: aFlow(),
      route: { route: 'notify', when, map, order: 'key', onFailure: 'tiers' },
      sink: httpSink,
      expressions,
      write: async (delivery) => {
        written = delivery;
        return { outcome: 'delivered', destination: 'there', reason: null };
      },
      pass: async () => {},
      now: () => 0,
    });
    const data = { ...envelope.data, entity: { ...envelope.data.entity, ...entity } } as Deliverable;
    await handle({ ...envelope, data }, new AbortController().signal);
    return written;
  };
  const absent = { description: null, updatedAt: null, assignee: null, requester: null };

  it.each([
    "$contains(description, 'refund')",
    'updatedAt > 1700000000000',
    'description',
    "assignee != 'ana'",
    '$exists(assignee)',
    'account.tier',
  ])('leaves out a record without what its condition reads: %s', async (when) => {
    expect(await deliveryFor({ when }, absent)).toBeUndefined();
  });

  it.each([
    'subject',
    "tags[$ = 'vip']",
    '$length(subject)',
    'assignee = null',
    '$not(assignee)',
    "$not($contains(description, 'x'))",
  ])('takes a condition that gives no boolean for true as JSONata does: %s', async (when) => {
    expect(await deliveryFor({ when }, { ...absent, subject: 'Hi', tags: ['vip'] })).toBeDefined();
  });

  it('takes an absent field for empty text', async () => {
    expect(await deliveryFor({ map: "'Assignee: ' & assignee" }, absent)).toMatchObject({ mapped: 'Assignee: ' });
  });

  it('hands over a list of one as a list, and a field without a value as null', async () => {
    const map = "{ 'tags': tags[$ = 'vip'], 'assignee': assignee }";
    const delivery = await deliveryFor({ map }, { ...absent, tags: ['vip', 'web'] });
    expect(delivery?.mapped).toStrictEqual({ tags: ['vip'], assignee: null });
  });

  it('tells a map that makes nothing from no map', async () => {
    expect((await deliveryFor({ map: 'description' }, absent))?.mapped).toBeNull();
    expect(await deliveryFor({}, absent)).not.toHaveProperty('mapped');
  });

  it('dead-letters a wrong type with what a person can act on, and no data', async () => {
    const failure = await deliveryFor({ when: "$contains(tags, 'x')" }, { tags: ['secret'] }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'X_ROUTE_EXPRESSION', disposition: { kind: 'dead-letter' } });
    expect(failure.message).toBe(
      "the route's `when`: the expression `$contains(tags, 'x')` failed: argument 1 of $contains, `tags`, is a list; text is expected (T0410 at character 10)",
    );
  });
});
