// Made by `npm run generate` from schemas/. Do not edit.
/** Who did what to the installation, written before it acts. */
export interface OpsAudit {
  /** Verb of the operator API: dlq.redrive, routes.resume, sources.secret … */
  readonly action: string;
  /** Who. */
  readonly actor: string;
  /** What it was done to. */
  readonly target: string;
  /** Parameters as JSON; never a secret. */
  readonly detail: string | null;
  /** When, epoch milliseconds. */
  readonly at: number;
}

/** What an operator wants of a consumer group: the newest record of a group counts until the next, through restarts of every process that runs it. */
export interface OpsControl {
  /** halt keeps the pipeline stopped; resume lifts any halt and reads secrets again. */
  readonly command: ControlCommand;
  /** Consumer group meant. */
  readonly group: string;
  /** Who ordered it. */
  readonly actor: string;
  /** When, epoch milliseconds. */
  readonly at: number;
}

/** What to do. */
export type ControlCommand = 'resume' | 'halt';

/** How one dead letter stands; the newest of its id counts. */
export interface OpsDlqStatus {
  /** Dead letter. */
  readonly dlqId: string;
  /** Group that dead-lettered it. */
  readonly group: string;
  /** unresolved, scheduled, redriven, resolved, failed-again, parked, discarded or expired. */
  readonly status: string;
  /** Job that last touched it. */
  readonly job: string | null;
  /** Who last touched it. */
  readonly actor: string | null;
  /** When, epoch milliseconds. */
  readonly at: number;
}

/** How one pipeline stands; the newest of its group counts. */
export interface OpsPipeline {
  /** Consumer group of the pipeline. */
  readonly group: string;
  /** Service that runs it. */
  readonly service: string;
  /** Process that says so. */
  readonly instance: string;
  /** running works; halted waits for an operator; open waits for its dependency (breaker). */
  readonly state: PipelineState;
  /** Error code that halted or opened it. */
  readonly code: string | null;
  /** Since when, epoch milliseconds. */
  readonly since: number;
}

/** How it stands. */
export type PipelineState = 'running' | 'halted' | 'open';

/** What the target group did with one redriven record; resolved means acknowledged here. */
export interface OpsReplayAck {
  /** Job that sent it. */
  readonly job: string;
  /** Dead letter it came from. */
  readonly dlqId: string;
  /** Group that handled it. */
  readonly group: string;
  /** delivered, emitted, filtered, superseded, discarded or failed-again. */
  readonly outcome: string;
  /** Error code when it failed again. */
  readonly code: string | null;
  /** Event id of the record, where it could be decoded. */
  readonly eventId: string | null;
  /** When, epoch milliseconds. */
  readonly at: number;
}

/** A redrive job as it stands; the newest of its id counts. */
export interface OpsReplayJob {
  /** Job id. */
  readonly job: string;
  /** Consumer group whose lane is filled. */
  readonly group: string;
  /** planned, running, paused, done, cancelled or failed. */
  readonly state: string;
  /** Who started it. */
  readonly actor: string;
  /** Why, in the operator's words. */
  readonly reason: string | null;
  /** What was selected, as JSON: ids, fingerprint, times. */
  readonly selection: string;
  /** Generation the copies carry. */
  readonly generation: number;
  /** Records in the frozen plan. */
  readonly planned: number;
  /** Records copied into the lane so far. */
  readonly sent: number;
  /** Reason → records left out. */
  readonly skipped: Readonly<Record<string, number>>;
  /** When it was planned, epoch milliseconds. */
  readonly createdAt: number;
  /** When this state was written, epoch milliseconds. */
  readonly updatedAt: number;
}
