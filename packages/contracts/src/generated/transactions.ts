// Made by `npm run generate` from schemas/. Do not edit.
import type { LookupMatch } from './context.ts';
import type { Judgement } from './judgements.ts';
import type { Deletion } from './lifecycle.ts';
import type { RawPosition } from './lineage.ts';
import type { Party } from './parties.ts';

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
export interface TransactionReceived {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical transaction. */
  readonly entity: Transaction;
  /** That the transaction is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
}

/** A canonical transaction with what the reference tables say about it. */
export interface TransactionEnriched {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical transaction. */
  readonly entity: Transaction;
  /** That the transaction is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
  /** Lookup alias → what was found. */
  readonly context: Readonly<Record<string, LookupMatch>>;
}

/** An enriched transaction with the models' judgements. */
export interface TransactionClassified {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical transaction. */
  readonly entity: Transaction;
  /** That the transaction is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
  /** Lookup alias → what was found. */
  readonly context: Readonly<Record<string, LookupMatch>>;
  /** Task → judgement. */
  readonly judgements: Readonly<Record<string, Judgement>>;
}
