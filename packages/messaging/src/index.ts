export * from './abort-watch.ts';
export * from './breaker.ts';
export * from './broker.ts';
export * from './clock.ts';
export * from './control-reader.ts';
export * from './disposition.ts';
export * from './envelope.ts';
export * from './errors.ts';
export * from './headers/dead-letter.ts';
export * from './headers/identity.ts';
export * from './headers/lane.ts';
export * from './headers/pairs.ts';
export * from './headers/replay.ts';
export * from './headers/retry.ts';
export * from './ids.ts';
export * from './in-memory/broker.ts';
export * from './in-memory/held-keys.ts';
export * from './in-memory/serde.ts';
export { isoTime } from './iso-time.ts';
export { decodeFinished } from './lanes/finished-bitmap.ts';
export { boundBodies } from './middleware/bound-bodies.ts';
export {
  type ClaimCheckedData,
  type ClaimCheckOptions,
  checkIn,
  claimCheck,
} from './middleware/claim-check.ts';
export { type RecordOutcomeOptions, recordOutcome } from './middleware/record-outcome.ts';
export { type RetryOptions, retryInside } from './middleware/retry.ts';
export { type TimeoutOptions, timeout } from './middleware/timeout.ts';
export * from './murmur2.ts';
export * from './pipeline.ts';
export type { PartitionLag } from './runtime/lag.ts';
export type { PipelineRun, RunOptions } from './runtime/pipeline-run.ts';
export {
  createStatePublisher,
  type PipelineState,
  type StatedPipeline,
  type StatePublisher,
} from './runtime/pipeline-state.ts';
export { redactMessage } from './runtime/redact.ts';
export { type RanOnce, runOnce } from './runtime/run-once.ts';
export { runPipeline } from './runtime/run-pipeline.ts';
export { defaultPipelineSettings, type PipelineSettings, pipelineSettings } from './runtime/settings.ts';
export * from './sequence.ts';
export * from './serde.ts';
export {
  createStageHost,
  type HostedStage,
  type PlannedStage,
  type StageHost,
  type StageHostOptions,
} from './stage-host.ts';
export * from './stores.ts';
export { childTraceparent, edgeTraceparent } from './trace-context.ts';
