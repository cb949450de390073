import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ContractError, entities, type TicketReceived, topics } from '../src/index.ts';

const aTicket: TicketReceived = {
  sequence: '001795000000000-0000000000000000042',
  receivedAt: 1_795_000_000_000,
  source: 'zendesk',
  raw: { topic: 'webhooks.received.v1', partition: 1, offset: 42, id: 'a' },
  deletion: null,
  entity: {
    id: '35436',
    subject: 'Card — lost 😀',
    description: null,
    status: 'open',
    priority: null,
    channel: 'email',
    requester: { id: '1', name: 'Ada', email: 'ada@example.com', emailDomain: 'example.com' },
    tags: ['card', 'lost'],
    assignee: null,
    group: null,
    url: null,
    createdAt: 1_794_000_000_000,
    updatedAt: null,
    attributes: { brand: '7' },
  },
};
const caught = (run: () => unknown): ContractError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('codec', () => {
  it('decodes what it encoded into plain objects, directly and through a resolver', () => {
    const topic = topics.ticketsReceived;
    for (const decoded of [topic.decode(topic.encode(aTicket)), topic.reader(topic.schema)(topic.encode(aTicket))]) {
      expect(decoded).toStrictEqual(aTicket);
      expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
      expect(Object.getPrototypeOf(decoded.entity.requester)).toBe(Object.prototype);
    }
  });

  it('writes UTF-8 whatever the texts and names are: half a surrogate pair is U+FFFD, and no entry is lost', () => {
    const topic = topics.ticketsReceived;
    const utf8 = new TextDecoder('utf-8', { fatal: true });
    for (const length of [0, 10, 100, 2_000]) {
      const text = `Order \ud83d late${'é'.repeat(length)}\udc00`;
      const broken = { ...aTicket.entity, subject: text, attributes: { 'k\ud83d': '\ud83d', 'k\udc00': '2', k: '3' } };
      const bytes = topic.encode({ ...aTicket, entity: broken });
      const { entity } = topic.decode(bytes);
      expect(entity.subject).toBe(text.toWellFormed());
      expect(Object.values(entity.attributes).toSorted()).toEqual(['2', '3', '\uFFFD']);
      const at = bytes.indexOf('Order ');
      expect(utf8.decode(bytes.subarray(at, at + Buffer.byteLength(text)))).toBe(text.toWellFormed());
    }
  });

  it('fills a field that the writer did not know with its default', () => {
    const { ticketsReceived, ticketsEnriched } = topics;
    const older = { ...ticketsReceived.schema, name: 'TicketEnriched' };
    expect(ticketsEnriched.reader(older)(ticketsReceived.encode(aTicket))).toStrictEqual({ ...aTicket, context: {} });
  });

  it('encodes values of any size behind a prefix, in one buffer of its own', () => {
    const prefix = Buffer.from([0, 0, 0, 0, 7]);
    const sized = (length: number): TicketReceived => ({
      ...aTicket,
      entity: { ...aTicket.entity, description: 'é'.repeat(length) },
    });
    const values = [10, 700, 40_000, 900_000, 20].map(sized);
    const written = values.map((value) => topics.ticketsReceived.encodeAfter(prefix, value));
    written.forEach((bytes, index) => {
      const value = values[index] as TicketReceived;
      expect(bytes.subarray(0, 5)).toEqual(prefix);
      expect(bytes.subarray(5).equals(topics.ticketsReceived.encode(value))).toBe(true);
      expect(topics.ticketsReceived.decode(bytes.subarray(5))).toEqual(value);
    });
  });

  it('names the path at which a value does not fit', () => {
    const wrong = { ...aTicket, entity: { ...aTicket.entity, tags: ['card', 7] } } as unknown as TicketReceived;
    const error = caught(() => topics.ticketsReceived.encode(wrong));
    expect(error.code).toBe('X_CONTRACTS_ENCODE');
    expect(error.violations).toStrictEqual([{ pointer: '/entity/tags/1', message: 'expected string, got number' }]);
    expect(error.message).toContain('/entity/tags/1: expected string, got number');
  });

  it('refuses a long beyond 2^53, both ways', () => {
    expect(caught(() => topics.ticketsReceived.encode({ ...aTicket, receivedAt: 2 ** 53 })).message).toContain(
      '/receivedAt',
    );
    const bytes = Buffer.from('0000feffffffffffffffff01', 'hex');
    expect(caught(() => topics.ticketsReceived.decode(bytes)).code).toBe('X_CONTRACTS_DECODE');
  });

  it('refuses truncated and trailing bytes', () => {
    const bytes = topics.ticketsReceived.encode(aTicket);
    expect(caught(() => topics.ticketsReceived.decode(bytes.subarray(0, -1))).code).toBe('X_CONTRACTS_DECODE');
    expect(caught(() => topics.ticketsReceived.decode(Buffer.concat([bytes, Buffer.alloc(1)]))).code).toBe(
      'X_CONTRACTS_DECODE',
    );
  });

  it('answers random bytes with a coded error or a value, in bounded time and memory', () => {
    const all = Object.values(topics);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(all.length - 1), (bytes, index) => {
        try {
          all[index]?.decode(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(ContractError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('does not believe an item count beyond the bytes that are left', () => {
    const start = topics.referenceRows.encode({ table: 't', key: 'k', attributes: {}, loadedAt: 0 }).subarray(0, 4);
    const lie = Buffer.concat([start, Buffer.from('fcffffffffffff0f', 'hex'), Buffer.alloc(8)]);
    expect(caught(() => topics.referenceRows.decode(lie)).code).toBe('X_CONTRACTS_DECODE');
  });

  it('keeps a map key that is the name of an object property', () => {
    const attributes = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}') as Record<string, string>;
    const row = { table: 't', key: 'k', attributes, loadedAt: 0 };
    const decoded = topics.referenceRows.decode(topics.referenceRows.encode(row));
    expect(Object.entries(decoded.attributes)).toStrictEqual(Object.entries(attributes));
    expect(Object.getPrototypeOf(decoded.attributes)).toBe(Object.prototype);
  });
});

describe('violations', () => {
  it('lists everything that is wrong with a foreign value, undeclared fields at any depth too', () => {
    expect(entities.tickets.record.violations({ id: 1, foo: 2, requester: { 'x/y': 1 }, tags: 'a' })).toStrictEqual([
      { pointer: '/id', message: 'expected string, got number' },
      { pointer: '/subject', message: 'expected string, got nothing' },
      { pointer: '/tags', message: 'expected array, got string' },
      { pointer: '/foo', message: 'is not declared' },
      { pointer: '/requester/x~1y', message: 'is not declared' },
    ]);
  });

  it('accepts a value that leaves out what has a default', () => {
    const value = { id: '1', subject: 'Hello' } as never;
    expect(entities.tickets.record.violations(value)).toStrictEqual([]);
    expect(entities.tickets.record.decode(entities.tickets.record.encode(value))).toMatchObject({
      id: '1',
      tags: [],
      requester: null,
    });
  });

  it('answers any value without throwing', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => Array.isArray(entities.issues.record.violations(value))),
      { numRuns: 500 },
    );
  });
});
