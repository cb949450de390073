// Made by `npm run generate` from schemas/. Do not edit.
import type { LookupMatch } from './context.ts';
import type { Judgement } from './judgements.ts';
import type { Deletion } from './lifecycle.ts';
import type { RawPosition } from './lineage.ts';
import type { Party } from './parties.ts';

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
export interface TicketReceived {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical ticket. */
  readonly entity: Ticket;
  /** That the ticket is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
}

/** A canonical ticket with what the reference tables say about it. */
export interface TicketEnriched {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical ticket. */
  readonly entity: Ticket;
  /** That the ticket is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
  /** Lookup alias → what was found. */
  readonly context: Readonly<Record<string, LookupMatch>>;
}

/** An enriched ticket with the models' judgements. */
export interface TicketClassified {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical ticket. */
  readonly entity: Ticket;
  /** That the ticket is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
  /** Lookup alias → what was found. */
  readonly context: Readonly<Record<string, LookupMatch>>;
  /** Task → judgement. */
  readonly judgements: Readonly<Record<string, Judgement>>;
}
