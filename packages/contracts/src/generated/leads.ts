// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';
import { defineEntity, type EntityDefinition } from '../entities.ts';
import type { EntityClassified, EntityEnriched, EntityReceived } from './entity.ts';
import { type Party, partySchema } from './parties.ts';

/** Someone who may become a customer. */
export interface Lead {
  /** The vendor's id of the lead. */
  readonly id: string;
  /** Who it is. */
  readonly person: Party | null;
  /** Where they work. */
  readonly company: string | null;
  /** Their position. */
  readonly title: string | null;
  /** Telephone number as given. */
  readonly phone: string | null;
  /** Vendor's status in lower case: new, working, qualified, converted … */
  readonly status: string | null;
  /** What brought them: form, campaign or referrer. */
  readonly campaign: string | null;
  /** What they wrote. */
  readonly message: string | null;
  /** Where a person can open it at the vendor. */
  readonly url: string | null;
  /** When the vendor made it, epoch milliseconds. */
  readonly createdAt: number | null;
  /** When the vendor last changed it, epoch milliseconds. */
  readonly updatedAt: number | null;
  /** What the vendor said beyond the canon: a small map of names as the vendor spells them. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A canonical lead as it came in, before anything was added. */
export interface LeadReceived extends EntityReceived<Lead> {}

/** A canonical lead with what the reference tables say about it. */
export interface LeadEnriched extends EntityEnriched<Lead> {}

/** An enriched lead with the models' judgements. */
export interface LeadClassified extends EntityClassified<Lead> {}

export const leadSchema: AvroNode = {
  type: 'record',
  name: 'Lead',
  namespace: 'io.millrace.leads.v1',
  doc: 'Someone who may become a customer.',
  fields: [
    { name: 'id', type: 'string', doc: "The vendor's id of the lead." },
    { name: 'person', type: ['null', partySchema], doc: 'Who it is.', default: null },
    { name: 'company', type: ['null', 'string'], doc: 'Where they work.', default: null },
    { name: 'title', type: ['null', 'string'], doc: 'Their position.', default: null },
    { name: 'phone', type: ['null', 'string'], doc: 'Telephone number as given.', default: null },
    {
      name: 'status',
      type: ['null', 'string'],
      doc: "Vendor's status in lower case: new, working, qualified, converted …",
      default: null,
    },
    {
      name: 'campaign',
      type: ['null', 'string'],
      doc: 'What brought them: form, campaign or referrer.',
      default: null,
    },
    { name: 'message', type: ['null', 'string'], doc: 'What they wrote.', default: null },
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

export const leads: EntityDefinition<Lead> = defineEntity({
  name: 'leads',
  schema: leadSchema,
  version: 'updatedAt',
  partitions: 4,
});
