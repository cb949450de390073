import type { ExitReason } from './guarded-process.ts';

/** One short line about what a part is doing now. */
export type Progress = (message: string) => void;

/** A server that runs as a child of this process and ends with it. */
export interface RunningPart {
  readonly pid: number;
  readonly exited: Promise<ExitReason>;
  isAlive(): boolean;
  /** Ends it well, or by force after the grace. Idempotent. */
  stop(): Promise<void>;
}

/** A server whose process is there and which may not serve yet. */
export interface StartingPart extends RunningPart {
  /** Resolves when it serves; rejects when it ends before or takes too long, and then it is stopped. */
  readonly ready: Promise<void>;
}
