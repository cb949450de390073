// Made by `npm run generate` from schemas/. Do not edit.
/** What one route did with one message. */
export interface DeliveryCompleted {
  /** Route as `<flow>.<route>`. */
  readonly route: string;
  /** Connector that wrote. */
  readonly sink: string;
  /** Entity of the flow: tickets, issues … */
  readonly entity: string;
  /** Entity key, `<source instance>:<vendor id>`. */
  readonly id: string;
  /** Id of the delivered message. */
  readonly eventId: string;
  /** delivered wrote; superseded lost to a newer event; filtered did not meet the route's condition; unchanged had nothing to write. */
  readonly outcome: DeliveryOutcome;
  /** Why nothing was written. */
  readonly reason: string | null;
  /** What was written where: table and id, channel and timestamp. */
  readonly destination: string | null;
  /** Sequence of the delivered event. */
  readonly sequence: string | null;
  /** 1 for the first try, counting retry tiers. */
  readonly attempt: number;
  /** How long the write took. */
  readonly durationMs: number;
  /** When it was done, epoch milliseconds. */
  readonly at: number;
}

/** What became of it. */
export type DeliveryOutcome = 'delivered' | 'superseded' | 'filtered' | 'unchanged';
