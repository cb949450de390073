// Made by `npm run generate` from schemas/. Do not edit.
import type { LookupMatch } from './context.ts';
import type { Judgement } from './judgements.ts';
import type { Deletion } from './lifecycle.ts';
import type { RawPosition } from './lineage.ts';

/** A work item in an issue tracker. */
export interface Issue {
  /** The vendor's id of the issue. */
  readonly id: string;
  /** Number within the repository or project. */
  readonly number: number | null;
  /** Repository or project it belongs to, as owner/name. */
  readonly repository: string | null;
  /** Title. */
  readonly title: string;
  /** Text of the issue. */
  readonly body: string | null;
  /** Vendor's state in lower case: open, closed. */
  readonly state: string | null;
  /** Labels on the issue. */
  readonly labels: readonly string[];
  /** Login of who opened it. */
  readonly author: string | null;
  /** What happened to it: opened, edited, closed, labeled … */
  readonly action: string | null;
  /** Where a person can open it at the vendor. */
  readonly url: string | null;
  /** When the vendor made it, epoch milliseconds. */
  readonly createdAt: number | null;
  /** When the vendor last changed it, epoch milliseconds. */
  readonly updatedAt: number | null;
  /** What the vendor said beyond the canon: a small map of names as the vendor spells them. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A canonical issue as it came in, before anything was added. */
export interface IssueReceived {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical issue. */
  readonly entity: Issue;
  /** That the issue is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
}

/** A canonical issue with what the reference tables say about it. */
export interface IssueEnriched {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical issue. */
  readonly entity: Issue;
  /** That the issue is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
  /** Lookup alias → what was found. */
  readonly context: Readonly<Record<string, LookupMatch>>;
}

/** An enriched issue with the models' judgements. */
export interface IssueClassified {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical issue. */
  readonly entity: Issue;
  /** That the issue is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
  /** Lookup alias → what was found. */
  readonly context: Readonly<Record<string, LookupMatch>>;
  /** Task → judgement. */
  readonly judgements: Readonly<Record<string, Judgement>>;
}
