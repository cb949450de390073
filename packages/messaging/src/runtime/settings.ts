import { retryWaitsMs } from '@millrace/contracts';
import { type Setting, setting } from '@millrace/service';
import { type Tier, tiers } from '../headers/retry.ts';

/** How a pipeline runs. `pipelineSettings` declares each for a service; `defaultPipelineSettings` are the same values. */
export interface PipelineSettings {
  readonly maxInFlight: number;
  readonly highWaterRecords: number;
  readonly highWaterBytes: number;
  readonly inProcessTries: number;
  readonly inProcessBaseMs: number;
  readonly inProcessCapMs: number;
  readonly refusalHoldMs: number;
  readonly keyDelayMs: number;
  readonly longestDelayMs: number;
  readonly blockMs: number;
  readonly maxHeldKeys: number;
  /** How long a record waits in each tier, in their order; what topics.yaml names them for when absent. For tests. */
  readonly retryWaitsMs?: readonly number[];
  readonly commitIntervalMs: number;
  readonly commitRecords: number;
  readonly maxProcessingMs: number;
  readonly heartbeatMarginMs: number;
}

export const defaultPipelineSettings: PipelineSettings = {
  maxInFlight: 256,
  // Twice what may run at once, so that a partition that is alone fills it; more costs memory, and with it speed.
  highWaterRecords: 600,
  highWaterBytes: 8 * 1_024 * 1_024,
  inProcessTries: 3,
  inProcessBaseMs: 200,
  inProcessCapMs: 5_000,
  refusalHoldMs: 10_000,
  keyDelayMs: 3_600_000,
  longestDelayMs: 7 * 86_400_000,
  blockMs: 60_000,
  maxHeldKeys: 10_000,
  commitIntervalMs: 1_000,
  commitRecords: 1_000,
  maxProcessingMs: 120_000,
  heartbeatMarginMs: 5_000,
};

/** Spread into a service's settings; what is loaded is a `PipelineSettings`. */
export const pipelineSettings: {
  readonly [Name in Exclude<keyof PipelineSettings, 'retryWaitsMs'>]: Setting<number>;
} = {
  maxInFlight: setting.integer({
    env: 'MILLRACE_MAX_IN_FLIGHT',
    default: defaultPipelineSettings.maxInFlight,
    min: 1,
    description: 'Handlers that may run at once in one pipeline, each on a key of its own.',
  }),
  highWaterRecords: setting.integer({
    env: 'MILLRACE_HIGH_WATER_RECORDS',
    default: defaultPipelineSettings.highWaterRecords,
    min: 1,
    description: 'Unfinished records above which a partition is paused; it resumes at half.',
  }),
  highWaterBytes: setting.bytes({
    env: 'MILLRACE_HIGH_WATER_BYTES',
    default: defaultPipelineSettings.highWaterBytes,
    description: 'Unfinished bytes above which a partition is paused; it resumes at half.',
  }),
  inProcessTries: setting.integer({
    env: 'MILLRACE_IN_PROCESS_TRIES',
    default: defaultPipelineSettings.inProcessTries,
    description: 'Tries after the first, in the process, before a record goes to a retry tier.',
  }),
  inProcessBaseMs: setting.durationMs({
    env: 'MILLRACE_IN_PROCESS_BASE_MS',
    default: defaultPipelineSettings.inProcessBaseMs,
    description: 'Ceiling of the wait before the first try in the process; five times more for each one after.',
  }),
  inProcessCapMs: setting.durationMs({
    env: 'MILLRACE_IN_PROCESS_CAP_MS',
    default: defaultPipelineSettings.inProcessCapMs,
    description: 'Longest wait in the process; a destination that asks for a longer one sends its record to a tier.',
  }),
  refusalHoldMs: setting.durationMs({
    env: 'MILLRACE_REFUSAL_HOLD_MS',
    default: defaultPipelineSettings.refusalHoldMs,
    description:
      'How long a record that was refused for good waits in place for others to be refused too (an outage: the breaker opens) or to succeed, before it is tried a last time and becomes a dead letter.',
  }),
  keyDelayMs: setting.durationMs({
    env: 'MILLRACE_KEY_DELAY_MS',
    default: defaultPipelineSettings.keyDelayMs,
    description:
      'How long records of one key wait in place while a destination limits that key alone; longer, they go to the retry tiers.',
  }),
  longestDelayMs: setting.durationMs({
    env: 'MILLRACE_LONGEST_DELAY_MS',
    default: defaultPipelineSettings.longestDelayMs,
    description:
      'How long in all a record waits for a destination that always asks for more than the last retry tier; then it is a dead letter.',
  }),
  blockMs: setting.durationMs({
    env: 'MILLRACE_BLOCK_MS',
    default: defaultPipelineSettings.blockMs,
    description:
      'Where a flow keeps its order through failures: how long a record is tried in place, its key waiting, before it becomes a dead letter.',
  }),
  maxHeldKeys: setting.integer({
    env: 'MILLRACE_MAX_HELD_KEYS',
    default: defaultPipelineSettings.maxHeldKeys,
    min: 1,
    description: 'Keys that one pipeline may hold after dead letters (onFailure: hold-key); with more it halts.',
  }),
  commitIntervalMs: setting.durationMs({
    env: 'MILLRACE_COMMIT_INTERVAL_MS',
    default: defaultPipelineSettings.commitIntervalMs,
    description: 'How often finished offsets are committed.',
  }),
  commitRecords: setting.integer({
    env: 'MILLRACE_COMMIT_RECORDS',
    default: defaultPipelineSettings.commitRecords,
    min: 1,
    description: 'Finished records after which offsets are committed without waiting for the interval.',
  }),
  maxProcessingMs: setting.durationMs({
    env: 'MILLRACE_MAX_PROCESSING_MS',
    default: defaultPipelineSettings.maxProcessingMs,
    description:
      'How long a handler may run, whatever it waits for. After five sixths of it, it is told to stop, which counts as a failed try; one that does not obey ends the process, and a fresh one takes over its records.',
  }),
  heartbeatMarginMs: setting.durationMs({
    env: 'MILLRACE_HEARTBEAT_MARGIN_MS',
    default: defaultPipelineSettings.heartbeatMarginMs,
    description: 'Nothing starts within this time before the group session would end without a heartbeat.',
  }),
};

export function tierDelayMs({ retryWaitsMs: waits }: Pick<PipelineSettings, 'retryWaitsMs'>, tier: Tier): number {
  return waits?.[tiers.indexOf(tier)] ?? retryWaitsMs[tier];
}
