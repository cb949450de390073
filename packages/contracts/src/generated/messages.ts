// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';
import { defineEntity, type EntityDefinition } from '../entities.ts';
import type { EntityClassified, EntityEnriched, EntityReceived } from './entity.ts';
import { type Party, partySchema } from './parties.ts';

/** Something a person wrote in a conversation. */
export interface Message {
  /** The vendor's id of the message. */
  readonly id: string;
  /** The conversation or thread it belongs to: the thing whose order matters. */
  readonly conversation: string | null;
  /** Channel, room or inbox. */
  readonly channel: string | null;
  /** Who wrote it. */
  readonly author: Party | null;
  /** What was written, as plain text. */
  readonly text: string;
  /** Where a person can open it at the vendor. */
  readonly url: string | null;
  /** When it was sent, epoch milliseconds. */
  readonly sentAt: number | null;
  /** What the vendor said beyond the canon: a small map of names as the vendor spells them. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A canonical message as it came in, before anything was added. */
export interface MessageReceived extends EntityReceived<Message> {}

/** A canonical message with what the reference tables say about it. */
export interface MessageEnriched extends EntityEnriched<Message> {}

/** An enriched message with the models' judgements. */
export interface MessageClassified extends EntityClassified<Message> {}

export const messageSchema: AvroNode = {
  type: 'record',
  name: 'Message',
  namespace: 'io.millrace.messages.v1',
  doc: 'Something a person wrote in a conversation.',
  fields: [
    { name: 'id', type: 'string', doc: "The vendor's id of the message." },
    {
      name: 'conversation',
      type: ['null', 'string'],
      doc: 'The conversation or thread it belongs to: the thing whose order matters.',
      default: null,
    },
    { name: 'channel', type: ['null', 'string'], doc: 'Channel, room or inbox.', default: null },
    { name: 'author', type: ['null', partySchema], doc: 'Who wrote it.', default: null },
    { name: 'text', type: 'string', doc: 'What was written, as plain text.' },
    { name: 'url', type: ['null', 'string'], doc: 'Where a person can open it at the vendor.', default: null },
    {
      name: 'sentAt',
      type: ['null', { type: 'long', logicalType: 'timestamp-millis' }],
      doc: 'When it was sent, epoch milliseconds.',
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

export const messages: EntityDefinition<Message> = defineEntity({
  name: 'messages',
  schema: messageSchema,
  version: null,
  partitions: 4,
});
