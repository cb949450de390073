import type { DriverName } from '../../src/index.ts';

/** What `pipeline-process.ts` is to run; its one argument, as JSON. */
export interface ProcessPlan {
  readonly name: string;
  readonly driver: DriverName;
  readonly brokers: readonly string[];
  readonly group: string;
  readonly topic: string;
  /** Where each record's output goes. */
  readonly output: string;
  readonly partitions: number;
  readonly instanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly heartbeatMarginMs: number;
  readonly handlerMs: number;
  readonly maxInFlight: number;
  readonly highWaterRecords: number;
  readonly commitIntervalMs: number;
  /** Who notes each record's effect, by HTTP; null where there is none. */
  readonly witness: string | null;
  /** The record whose handler ends the process, and how; null for none. */
  readonly killer: { readonly number: number; readonly by: 'abort' | 'memory' } | null;
}

/** What the witness is told. */
export interface Effect {
  readonly name: string;
  readonly number: number;
  readonly at: number;
}

/** One clock for all processes of the machine. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);
