import { describe, expect, it } from '@jest/globals';
import { httpSink } from '@millrace/connectors/http/sink';
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
