import { describe, expect, it } from '@jest/globals';
import { entities } from '@millrace/contracts';
import { entityColumns } from '../../../src/vendors/postgres/columns.ts';
import { toRow } from '../../../src/vendors/postgres/rows.ts';
import { aDelivery } from '../../kit/sink/a-delivery.ts';

const field = (name: string, type: unknown): object => ({ name, type });
const schemaOf = (...fields: object[]): object => ({
  type: 'record',
  name: 'R',
  fields: [field('entity', { type: 'record', name: 'E', fields })],
});

describe('columns of an entity', () => {
  it('are one per field, in snake case, with the type that holds it', () => {
    const columns = entityColumns(
      schemaOf(
        field('subject', 'string'),
        field('createdAt', ['null', { type: 'long', logicalType: 'timestamp-millis' }]),
        field('amountCents', ['null', 'long']),
        field('rate', 'double'),
        field('isOpen', 'boolean'),
        field('tags', { type: 'array', items: 'string' }),
        field('requester', ['null', { type: 'record', name: 'P', fields: [] }]),
        field('kind', { type: 'enum', name: 'K', symbols: ['A'] }),
      ),
    );
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'subject text',
      'created_at timestamptz',
      'amount_cents bigint',
      'rate double precision',
      'is_open boolean',
      'tags jsonb',
      'requester jsonb',
      'kind text',
    ]);
  });

  it('get out of the way of the columns that every table has', () => {
    const columns = entityColumns(
      schemaOf(field('id', 'string'), field('source', 'string'), field('judgements', 'string')),
    );
    expect(columns.map(({ name }) => name)).toEqual(['vendor_id', 'vendor_source', 'vendor_judgements']);
  });

  it.each(Object.keys(entities))('differ from each other for %s', (name) => {
    const entity = entities[name as keyof typeof entities];
    const names = entityColumns(entity.classified.schema).map((column) => column.name);
    expect(names.length).toBeGreaterThan(3);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('row of a delivery', () => {
  const columns = entityColumns(entities.tickets.classified.schema);

  it('holds the identity, the entity and the judgements', () => {
    expect(toRow(aDelivery(), columns)).toMatchObject({
      id: 'zendesk:35436',
      event_id: 'event-1',
      correlation_id: 'correlation of event-1',
      source: 'zendesk',
      generation: 0,
      vendor_id: '35436',
      created_at: '2026-09-21T13:56:40.000Z',
      updated_at: null,
      tags: ['web'],
      judgements: { category: { label: 'cards' } },
    });
  });

  it('takes from the map what the map says', () => {
    const row = toRow(aDelivery({ mapped: { subject: 'other', created_at: 0 } }), columns);
    expect([row['subject'], row['created_at'], row['channel']]).toEqual(['other', '1970-01-01T00:00:00.000Z', 'email']);
  });

  it.each([
    ['one item', 'vip', ['vip']],
    ['none', null, []],
    ['two', ['a', 'b'], ['a', 'b']],
  ])('keeps a declared list a list when the map made %s', (_, made, tags) => {
    expect(toRow(aDelivery({ mapped: { tags: made } }), columns)['tags']).toEqual(tags);
  });

  it('empties a column that the map names and that has no value', () => {
    expect(toRow(aDelivery({ mapped: { subject: null } }), columns)['subject']).toBeNull();
  });

  it.each([[{ nowhere: 1 }], ['text'], [[1]]])('refuses a map that made %p', (mapped) => {
    expect(() => toRow(aDelivery({ mapped }), columns)).toThrow(
      expect.objectContaining({ code: 'X_POSTGRES_COLUMN', disposition: { kind: 'dead-letter' } }),
    );
  });

  it('keeps the row when a time is beyond what a date can say', () => {
    expect(toRow(aDelivery({ receivedAt: 9e15 }), columns)['received_at']).toBeNull();
  });
});
