// Made by `npm run generate` from schemas/. Do not edit.
import type { LookupMatch } from './context.ts';
import type { Judgement } from './judgements.ts';
import type { Deletion } from './lifecycle.ts';
import type { RawPosition } from './lineage.ts';
import type { Party } from './parties.ts';

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
export interface MessageReceived {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical message. */
  readonly entity: Message;
  /** That the message is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
}

/** A canonical message with what the reference tables say about it. */
export interface MessageEnriched {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical message. */
  readonly entity: Message;
  /** That the message is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
  /** Lookup alias → what was found. */
  readonly context: Readonly<Record<string, LookupMatch>>;
}

/** An enriched message with the models' judgements. */
export interface MessageClassified {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical message. */
  readonly entity: Message;
  /** That the message is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
  /** Lookup alias → what was found. */
  readonly context: Readonly<Record<string, LookupMatch>>;
  /** Task → judgement. */
  readonly judgements: Readonly<Record<string, Judgement>>;
}
