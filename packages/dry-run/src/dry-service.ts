import type { ReferenceRow, Topic } from '@millrace/contracts';
import type { Environment, Flows } from '@millrace/flows';
import type { HeaderPair, Pipeline } from '@millrace/messaging';
import type { EventSample, WebhookSample } from './sample.ts';

/** A condition of a flow and what came of it. */
export interface Condition {
  /** `judgement category`, `route tickets.vip`. */
  readonly of: string;
  readonly expression: string;
  readonly holds: boolean;
  /** What it read. */
  readonly reason: string;
}

/** One question to a reference table. */
export interface LookedUp {
  readonly table: string;
  readonly key: string;
  readonly found: boolean;
}

/** What a stage did with one record beside its outputs. */
export interface Findings {
  readonly lookups?: readonly LookedUp[];
  readonly conditions?: readonly Condition[];
  /** What a route's `map` made. */
  readonly map?: { readonly expression: string; readonly value: unknown };
  /** What its destination would have been sent, in that order. */
  readonly requests?: readonly object[];
  /** What a person should know of how this came about. */
  readonly notes?: readonly string[];
}

/** A stage as its service runs it, whose ways out lead nowhere. */
export interface DryStage {
  // biome-ignore lint/suspicious/noExplicitAny: stages of one service read different types; each is checked where it is made
  readonly pipeline: Pipeline<any>;
  /** Of the record that was handled last; also where it failed. */
  readonly findings: () => Findings;
}

/** A record that came in, and was not written. */
export interface Accepted {
  // biome-ignore lint/suspicious/noExplicitAny: one of many topics
  readonly topic: Topic<any>;
  readonly key: string | null;
  readonly headers: readonly HeaderPair[];
  readonly value: unknown;
  readonly notes: readonly string[];
}

/** What a service takes no record from: a handshake, a vendor's test. */
export interface NotAccepted {
  readonly outcome: string;
}

/** A service in a dry run: its own stages, made by its own code, without a server. */
export interface DryService {
  readonly stages?: readonly DryStage[];
  /** Of a service that lets records in. Rejects with `DryRunError` for a sample that it would refuse. */
  readonly webhook?: (sample: WebhookSample) => Promise<Accepted | NotAccepted>;
  readonly event?: (sample: EventSample) => Promise<Accepted | NotAccepted>;
  close?(): Promise<void>;
}

/** What the services of a dry run are given instead of servers. */
export interface DryRunPorts {
  readonly flows: Flows;
  /** Where the flow files' references are looked up; what is missing is shown by its name. */
  readonly environment: Environment;
  /** Rows by table; a table that is absent has none. */
  readonly reference: ReadonlyMap<string, readonly ReferenceRow[]>;
  /** Folder of a pack by its name. */
  readonly packFolder: (pack: string) => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What `services/<name>/src/dry-run.ts` exports as `openDryRun`. Called when the first record reaches the service. */
export type OpenDryRun = (ports: DryRunPorts) => DryService | Promise<DryService>;
