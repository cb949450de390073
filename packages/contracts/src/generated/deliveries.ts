// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

/** What one route did with one message. */
export interface DeliveryCompleted {
  /** Route as `<flow>.<route>`. */
  readonly route: string;
  /** Connector that wrote. */
  readonly sink: string;
  /** Entity of the flow: tickets, issues … */
  readonly entity: string;
  /** Entity key, `<source instance>:<vendor id>`. */
  readonly id: string;
  /** Id of the delivered message. */
  readonly eventId: string;
  /** delivered wrote; superseded lost to a newer event; filtered did not meet the route's condition; unchanged had nothing to write. */
  readonly outcome: DeliveryOutcome;
  /** Why nothing was written. */
  readonly reason: string | null;
  /** What was written where: table and id, channel and timestamp. */
  readonly destination: string | null;
  /** Sequence of the delivered event. */
  readonly sequence: string | null;
  /** 1 for the first try, counting retry tiers. */
  readonly attempt: number;
  /** How long the write took. */
  readonly durationMs: number;
  /** When it was done, epoch milliseconds. */
  readonly at: number;
}

/** What became of it. */
export type DeliveryOutcome = 'delivered' | 'superseded' | 'filtered' | 'unchanged';

export const deliveryCompletedSchema: AvroNode = {
  type: 'record',
  name: 'DeliveryCompleted',
  namespace: 'io.millrace.deliveries.v1',
  doc: 'What one route did with one message.',
  fields: [
    { name: 'route', type: 'string', doc: 'Route as `<flow>.<route>`.' },
    { name: 'sink', type: 'string', doc: 'Connector that wrote.' },
    { name: 'entity', type: 'string', doc: 'Entity of the flow: tickets, issues …' },
    { name: 'id', type: 'string', doc: 'Entity key, `<source instance>:<vendor id>`.' },
    { name: 'eventId', type: 'string', doc: 'Id of the delivered message.' },
    {
      name: 'outcome',
      type: {
        type: 'enum',
        name: 'DeliveryOutcome',
        doc: 'What became of it.',
        symbols: ['delivered', 'superseded', 'filtered', 'unchanged'],
      },
      doc: "delivered wrote; superseded lost to a newer event; filtered did not meet the route's condition; unchanged had nothing to write.",
    },
    { name: 'reason', type: ['null', 'string'], doc: 'Why nothing was written.', default: null },
    {
      name: 'destination',
      type: ['null', 'string'],
      doc: 'What was written where: table and id, channel and timestamp.',
      default: null,
    },
    { name: 'sequence', type: ['null', 'string'], doc: 'Sequence of the delivered event.', default: null },
    { name: 'attempt', type: 'int', doc: '1 for the first try, counting retry tiers.' },
    { name: 'durationMs', type: 'long', doc: 'How long the write took.' },
    {
      name: 'at',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When it was done, epoch milliseconds.',
    },
  ],
};
