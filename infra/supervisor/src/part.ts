import type { ExitReason } from '@millrace/embedded';

/** A child that runs, ready or not yet. */
export interface RunningChild {
  readonly pid: number;
  readonly exited: Promise<ExitReason>;
  /** Resolves when it does its work; rejects when it ends before, or takes too long. */
  readonly ready: Promise<void>;
  /** What waits for an operator although all the rest does its work; known once it is ready. */
  readonly halted?: () => string | null;
  stop(): Promise<void>;
}

/** Something the supervisor keeps alive. */
export interface Part {
  readonly name: string;
  /** One try. Aborted: it must stop what it has begun. */
  start(signal?: AbortSignal): Promise<RunningChild>;
}
