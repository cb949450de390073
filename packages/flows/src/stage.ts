/** What was done to an entity before it stood in a topic. */
export type EntityStage = 'received' | 'enriched' | 'classified';

/** One stage of an installation: which service runs it, as which consumer group, from which topics to which. */
export interface Stage {
  readonly stage: string;
  readonly service: string;
  readonly group: string;
  /** Name of the flow, and of its route; null for a stage that serves all. */
  readonly flow: string | null;
  readonly route: string | null;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** What a trace calls a record that this stage wrote to the first of `to`. */
  readonly outcome: string;
}
