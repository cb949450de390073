import type { Findings } from './dry-service.ts';

/** A record that a stage would have published. */
export interface ShownRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly id: string | null;
  readonly type: string | null;
  readonly value: unknown;
}

export type StepOutcome =
  | { readonly kind: 'emitted' | 'delivered' | 'superseded' }
  | { readonly kind: 'filtered'; readonly reason: string }
  /** What the pipeline would have done: tried again, made it a dead letter, or halted. */
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly disposition: 'retry' | 'dead-letter' | 'halt';
      readonly message: string;
    }
  | { readonly kind: 'not-run'; readonly reason: string };

/** What one stage made of one record. */
export interface Step extends Findings {
  readonly stage: string;
  readonly service: string;
  readonly group: string;
  readonly flow: string | null;
  readonly route: string | null;
  readonly input: { readonly topic: string; readonly key: string | null; readonly id: string | null };
  readonly outcome: StepOutcome;
  readonly records: readonly ShownRecord[];
}

/** Everything that would have happened to a sample. Nothing of it did. */
export interface DryRunReport {
  readonly sample: 'webhook' | 'event' | 'record';
  /** The record that the sample came in as; null where none is made of it. */
  readonly accepted: ShownRecord | null;
  /** Of the coming in. */
  readonly notes: readonly string[];
  readonly steps: readonly Step[];
}
