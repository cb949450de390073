import type { Logger, Metrics } from '@millrace/service';
import type { Breaker } from '../breaker.ts';
import type { Broker, Producer } from '../broker.ts';
import type { Clock } from '../clock.ts';
import type { Serde } from '../serde.ts';
import type { HeldKeys } from '../stores.ts';
import type { PartitionLag } from './lag.ts';
import type { PipelineState } from './pipeline-state.ts';
import type { PipelineSettings } from './settings.ts';
import type { Solitude } from './solitude.ts';

/** What a pipeline runs on. */
export interface RunOptions {
  readonly broker: Broker;
  /** May be shared by all pipelines of a process; whoever made it closes it, after the runs. */
  readonly producer: Producer;
  readonly serde: Serde;
  /** What is absent is the default's. */
  readonly settings?: Partial<PipelineSettings>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Of the one dependency whose outage should pause this pipeline. Whoever made it closes it. */
  readonly breaker?: Breaker;
  /** Where keys are held after a dead letter; needed by `onFailure: 'hold-key'`, unused otherwise. */
  readonly heldKeys?: HeldKeys;
  /** Stable name for static membership, e.g. `classifier-0`. */
  readonly instanceId?: string;
  /** Shown in dead letters: the build that failed. */
  readonly version?: string;
  /** Runs before a halt is lifted: read secrets again here. */
  readonly beforeResume?: () => Promise<void> | void;
  /** The process cannot go on: a stuck handler, a client that gave up. End it. */
  readonly onFatal: (error: Error) => void;
  /** Shared by what runs in one process; that of this one when absent. */
  readonly solitude?: Solitude;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Names an assignment to the store of held keys; never the same twice. */
  readonly newId?: () => string;
}

/** A pipeline that runs. `start`, then `drain`, then `close`; each is safe to repeat. */
export interface PipelineRun {
  readonly group: string;
  /** Pins schemas and joins; waits, trying again, while Kafka or the registry is away. */
  start(): Promise<void>;
  /** Stops intake, lets what runs finish (until the deadline, then aborts it), flushes, commits. */
  drain(deadline?: AbortSignal): Promise<void>;
  /** Leaves the group. What was not drained comes again to whoever is next. */
  close(): Promise<void>;
  /** `halted` waits for an operator, `open` for the dependency. */
  state(): PipelineState;
  /** True when it has its partitions and is neither halted nor ending. */
  isReady(): boolean;
  /** Lifts a halt, and joins again what left or lost its group: from where that is committed. */
  resume(): Promise<void>;
  /** Stops starting records until `resume`. Nothing is lost or dead-lettered. */
  halt(code?: string): void;
  /** Halts, and leaves the group until `resume`, so that its offsets can be set. What runs finishes first, or is aborted. */
  leave(): Promise<void>;
  /** How many records the whole group may start per second, above 0; null for no bound. A bound and no halt: see `Pace`. */
  setRate(ratePerSecond: number | null): void;
  /** Resolves when everything written so far to its topics is finished, and what that caused in them too. For tests. */
  whenCaughtUp(): Promise<void>;
  lag(): Promise<readonly PartitionLag[]>;
}
