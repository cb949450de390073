import type { Origin } from '@millrace/messaging';

/** States of a redrive. `planned` waits for its start, `running` is resumed after any crash, the others are final. */
export type JobState = 'planned' | 'running' | 'done' | 'failed';

/** What the operator asked for. Relative times are resolved when the plan is made. */
export interface Selection {
  readonly group: string;
  readonly fingerprint: string | null;
  readonly ids: readonly string[] | null;
  /** Failed at or after; epoch milliseconds. */
  readonly since: number | null;
  /** Also what is resolved, parked or on its way already. */
  readonly force: boolean;
  /** `discard`: dead letters of held keys, which their group has to take out of their lines. `redrive` when absent. */
  readonly mode?: 'redrive' | 'discard';
}

/** Why a planned record is not sent. */
export type SkipReason =
  | 'resolved'
  | 'failed-again'
  | 'in-progress'
  | 'parked'
  | 'discarded'
  | 'expired'
  /** An earlier dead letter of its key is still open; it follows that one by itself. */
  | 'key-held';

export interface Job {
  readonly job: string;
  readonly group: string;
  readonly state: JobState;
  readonly actor: string;
  readonly reason: string | null;
  readonly selection: Selection;
  readonly needsApproval: boolean;
  readonly ratePerSecond: number;
  /** Per partition of the dead-letter topic, the first offset that the plan does not see. */
  readonly endOffsets: Readonly<Record<string, number>>;
  readonly error: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface JobProgress {
  /** Selected by the frozen plan; always sent + skipped + left. */
  readonly planned: number;
  readonly sent: number;
  /** Not sent yet. */
  readonly left: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  readonly byFingerprint: Readonly<Record<string, number>>;
  /** What the target group said about what was sent. */
  readonly resolved: number;
  readonly failedAgain: number;
  /** Held behind what is planned, and not in the plan: they follow by themselves, in order. */
  readonly followers: number;
}

export interface JobReport extends Job, JobProgress {}

/** A record of the plan that has not been sent. */
export interface PlannedRecord {
  /** Where it first stood; null when the index does not have it any more. */
  readonly origin: Origin | null;
  readonly key: string | null;
  readonly dlqId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly replayCount: number;
}
