import { randomUUID } from 'node:crypto';
import { recordType, type TicketEnriched, type TicketReceived, type Topic, topics } from '@millrace/contracts';
import { type HeaderPair, identityHeaders, sequenceOf } from '@millrace/messaging';

/** Bytes of one value on the wire, about; headers come on top. */
const wanted = 1_024;
const began = Date.UTC(2026, 0, 1);
const words =
  'refund card payment order delivery late account invoice please thank customer since morning app error transfer pending support address street number missing twice charged replacement email waiting days'.split(
    ' ',
  );

/** A topic of ours under a name of the benchmark's own. */
export const topicLike = <T>(topic: Topic<T>, name: string, partitions: number): Topic<T> =>
  Object.assign(recordType<T>(topic.schema), { name, subject: `${name}-value`, type: topic.type, partitions });

/** Numbers that look like chance and are the same in every run. */
export const numbers = (seed: number): (() => number) => {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** Prose of about so many characters, as hard to compress as what people write. */
export const prose = (characters: number, random: () => number): string => {
  let text = '';
  while (text.length < characters) {
    text += `${words[Math.floor(random() * words.length)]}${random() < 0.3 ? Math.floor(random() * 10_000) : ''} `;
  }
  return text.slice(0, characters);
};

/** The index-th ticket of so many keys: 1 KB of Avro, its key's next version. */
export const ticketReceived = (index: number, keys: number): TicketReceived => {
  const random = numbers(index + 1);
  const id = String(10_000_000 + (index % keys));
  const createdAt = began + index;
  return {
    sequence: sequenceOf(createdAt, index),
    receivedAt: createdAt,
    source: 'zendesk',
    deletion: null,
    raw: { topic: topics.webhooksReceived.name, partition: index % 4, offset: index, id: randomUUID() },
    entity: {
      id,
      subject: prose(60, random),
      description: prose(wanted - 360, random),
      status: 'new',
      priority: 'normal',
      channel: 'email',
      requester: { id, name: 'Ada Example', email: 'ada@example.com', emailDomain: 'example.com' },
      tags: ['billing', 'web'],
      assignee: null,
      group: null,
      url: `https://example.zendesk.com/tickets/${id}`,
      createdAt,
      updatedAt: createdAt,
      attributes: {},
    },
  };
};

/** What the measured stage adds, on both sides. */
export const addedContext: TicketEnriched['context'] = {
  account: { table: 'accounts', key: 'example.com', found: true, attributes: { tier: 'gold', region: 'emea' } },
};

export const keyOf = (index: number, keys: number): Buffer => Buffer.from(`zendesk:${10_000_000 + (index % keys)}`);

/** The eight headers every record of ours has. */
export const headersOf = (type: string, id: string = randomUUID()): HeaderPair[] =>
  identityHeaders({
    id,
    source: 'zendesk',
    type,
    time: '2026-01-01T00:00:00.000Z',
    correlationid: id,
    causationid: id,
    generation: 0,
    traceparent: null,
  });
