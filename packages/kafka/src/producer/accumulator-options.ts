import type { ProduceTransport } from './produce-transport.ts';
import type { SpacingOptions } from './spacing.ts';

/** What an accumulator has to tell as it happens; everything else is read from its `stats` when somebody asks. */
export interface ProducerWatch {
  /** A batch was acknowledged; its oldest record waited so long for that. */
  acknowledged(records: number, oldestMs: number): void;
  /** One record was refused or given up. */
  failed(error: Error): void;
}

export interface AccumulatorOptions extends SpacingOptions {
  readonly transport: ProduceTransport;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Between 0 and 1; spreads retries. */
  readonly random: () => number;
  /** From `send` to the final word, waiting included. */
  readonly deliveryTimeoutMs: number;
  /** All records that wait or are on their way; above it `send` rejects at once. */
  readonly bufferBytes: number;
  readonly batchRecords: number;
  readonly batchBytes: number;
  readonly requestBytes: number;
  /** Requests on their way to one leader; each partition is in at most one of them. */
  readonly requestsPerNode: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** How long a topic may be missing before its records are refused. */
  readonly unknownTopicGraceMs: number;
  readonly topicRefreshMs: number;
  /** How long `close` waits for what is on its way. */
  readonly closeTimeoutMs: number;
  /** Told what happens, for metrics. */
  readonly watch?: ProducerWatch;
}

export interface AccumulatorStats {
  readonly requests: number;
  readonly records: number;
  readonly retries: number;
  readonly recycles: number;
  readonly waitingRecords: number;
  readonly waitingBytes: number;
}
