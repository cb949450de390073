/** One thing the vendor received and kept, as people and tests read it. */
export interface SimulatedMessage {
  /** ISO 8601. */
  readonly at: string;
  /** The event it came from, where the sender marked it. */
  readonly eventId: string | null;
  readonly title: string;
  readonly lines: readonly string[];
  /** The vendor's own view of it. */
  readonly detail: object;
}
