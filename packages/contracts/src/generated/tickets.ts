// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';
import { defineEntity, type EntityDefinition } from '../entities.ts';
import type { EntityClassified, EntityEnriched, EntityReceived } from './entity.ts';
import { type Party, partySchema } from './parties.ts';

/** A request for support. */
export interface Ticket {
  /** The vendor's id of the ticket. */
  readonly id: string;
  /** Subject line. */
  readonly subject: string;
  /** What the requester wrote first. */
  readonly description: string | null;
  /** Vendor's status in lower case: new, open, pending, hold, solved, closed. */
  readonly status: string | null;
  /** Vendor's priority in lower case: low, normal, high, urgent. */
  readonly priority: string | null;
  /** How the ticket came in: email, web, chat, api … */
  readonly channel: string | null;
  /** Who asks. */
  readonly requester: Party | null;
  /** Tags on the ticket. */
  readonly tags: readonly string[];
  /** Vendor's id of the agent it is assigned to. */
  readonly assignee: string | null;
  /** Vendor's id of the group it is assigned to. */
  readonly group: string | null;
  /** Where a person can open it at the vendor. */
  readonly url: string | null;
  /** When the vendor made it, epoch milliseconds. */
  readonly createdAt: number | null;
  /** When the vendor last changed it, epoch milliseconds. */
  readonly updatedAt: number | null;
  /** What the vendor said beyond the canon: a small map of names as the vendor spells them. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A canonical ticket as it came in, before anything was added. */
export interface TicketReceived extends EntityReceived<Ticket> {}

/** A canonical ticket with what the reference tables say about it. */
export interface TicketEnriched extends EntityEnriched<Ticket> {}

/** An enriched ticket with the models' judgements. */
export interface TicketClassified extends EntityClassified<Ticket> {}

export const ticketSchema: AvroNode = {
  type: 'record',
  name: 'Ticket',
  namespace: 'io.millrace.tickets.v1',
  doc: 'A request for support.',
  fields: [
    { name: 'id', type: 'string', doc: "The vendor's id of the ticket." },
    { name: 'subject', type: 'string', doc: 'Subject line.' },
    { name: 'description', type: ['null', 'string'], doc: 'What the requester wrote first.', default: null },
    {
      name: 'status',
      type: ['null', 'string'],
      doc: "Vendor's status in lower case: new, open, pending, hold, solved, closed.",
      default: null,
    },
    {
      name: 'priority',
      type: ['null', 'string'],
      doc: "Vendor's priority in lower case: low, normal, high, urgent.",
      default: null,
    },
    {
      name: 'channel',
      type: ['null', 'string'],
      doc: 'How the ticket came in: email, web, chat, api …',
      default: null,
    },
    { name: 'requester', type: ['null', partySchema], doc: 'Who asks.', default: null },
    { name: 'tags', type: { type: 'array', items: 'string' }, doc: 'Tags on the ticket.', default: [] },
    { name: 'assignee', type: ['null', 'string'], doc: "Vendor's id of the agent it is assigned to.", default: null },
    { name: 'group', type: ['null', 'string'], doc: "Vendor's id of the group it is assigned to.", default: null },
    { name: 'url', type: ['null', 'string'], doc: 'Where a person can open it at the vendor.', default: null },
    {
      name: 'createdAt',
      type: ['null', { type: 'long', logicalType: 'timestamp-millis' }],
      doc: 'When the vendor made it, epoch milliseconds.',
      default: null,
    },
    {
      name: 'updatedAt',
      type: ['null', { type: 'long', logicalType: 'timestamp-millis' }],
      doc: 'When the vendor last changed it, epoch milliseconds.',
      default: null,
    },
    {
      name: 'attributes',
      type: { type: 'map', values: 'string' },
      doc: 'What the vendor said beyond the canon: a small map of names as the vendor spells them.',
      default: {},
    },
  ],
};

export const tickets: EntityDefinition<Ticket> = defineEntity({
  name: 'tickets',
  schema: ticketSchema,
  version: 'updatedAt',
  partitions: 4,
});
