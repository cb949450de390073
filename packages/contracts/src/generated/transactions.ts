// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';
import { defineEntity, type EntityDefinition } from '../entities.ts';
import type { EntityClassified, EntityEnriched, EntityReceived } from './entity.ts';
import { type Party, partySchema } from './parties.ts';

/** A movement of money, or the attempt at one. */
export interface Transaction {
  /** The vendor's id of the transaction. */
  readonly id: string;
  /** payment, refund, payout, invoice, dispute … */
  readonly kind: string | null;
  /** Vendor's status in lower case: pending, succeeded, failed … */
  readonly status: string | null;
  /** Amount in the currency's smallest unit (cents). */
  readonly amountMinor: number | null;
  /** ISO 4217 code in upper case. */
  readonly currency: string | null;
  /** Who pays or is paid. */
  readonly customer: Party | null;
  /** What it is for. */
  readonly description: string | null;
  /** Id of what it belongs to: an invoice, an order, a subscription. */
  readonly reference: string | null;
  /** Where a person can open it at the vendor. */
  readonly url: string | null;
  /** When it happened, epoch milliseconds. */
  readonly occurredAt: number | null;
  /** What the vendor said beyond the canon: a small map of names as the vendor spells them. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A canonical transaction as it came in, before anything was added. */
export interface TransactionReceived extends EntityReceived<Transaction> {}

/** A canonical transaction with what the reference tables say about it. */
export interface TransactionEnriched extends EntityEnriched<Transaction> {}

/** An enriched transaction with the models' judgements. */
export interface TransactionClassified extends EntityClassified<Transaction> {}

export const transactionSchema: AvroNode = {
  type: 'record',
  name: 'Transaction',
  namespace: 'io.millrace.transactions.v1',
  doc: 'A movement of money, or the attempt at one.',
  fields: [
    { name: 'id', type: 'string', doc: "The vendor's id of the transaction." },
    { name: 'kind', type: ['null', 'string'], doc: 'payment, refund, payout, invoice, dispute …', default: null },
    {
      name: 'status',
      type: ['null', 'string'],
      doc: "Vendor's status in lower case: pending, succeeded, failed …",
      default: null,
    },
    {
      name: 'amountMinor',
      type: ['null', 'long'],
      doc: "Amount in the currency's smallest unit (cents).",
      default: null,
    },
    { name: 'currency', type: ['null', 'string'], doc: 'ISO 4217 code in upper case.', default: null },
    { name: 'customer', type: ['null', partySchema], doc: 'Who pays or is paid.', default: null },
    { name: 'description', type: ['null', 'string'], doc: 'What it is for.', default: null },
    {
      name: 'reference',
      type: ['null', 'string'],
      doc: 'Id of what it belongs to: an invoice, an order, a subscription.',
      default: null,
    },
    { name: 'url', type: ['null', 'string'], doc: 'Where a person can open it at the vendor.', default: null },
    {
      name: 'occurredAt',
      type: ['null', { type: 'long', logicalType: 'timestamp-millis' }],
      doc: 'When it happened, epoch milliseconds.',
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

export const transactions: EntityDefinition<Transaction> = defineEntity({
  name: 'transactions',
  schema: transactionSchema,
  version: null,
  partitions: 4,
});
