import type { OutboundRequest } from '@millrace/resilience/outbound';

/**
 * - `reads`: looked at before the write, in a dry run answered as `assumes` says;
 * - `writes`: what delivers;
 * - `housekeeping`: done beside deliveries, whatever they are.
 */
export type Purpose = 'reads' | 'writes' | 'housekeeping';

export interface RehearsedAnswer {
  /** 200 when absent. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; an empty body when absent. */
  readonly body?: unknown;
  /** `reads` for a GET and `writes` for everything else when absent. */
  readonly purpose?: Purpose;
}

/** One SQL statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface RehearsedRows {
  readonly rows: readonly object[];
  /** `writes` when absent. */
  readonly purpose?: Purpose;
}

/** What a destination answers in a dry run, in which nobody is asked. Pure. */
export interface Rehearsal {
  /** What the answers take for given, for the person who reads the dry run; null where a write depends on nothing. */
  readonly assumes: string | null;
  readonly http?: (request: OutboundRequest) => RehearsedAnswer;
  readonly sql?: (statement: Statement) => RehearsedRows;
}
