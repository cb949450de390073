export type { BrokerHarness, BrokerUnderLaw } from './broker/context.ts';
export { brokerLaws } from './broker-laws.ts';
export { type GroupProbe, type GroupProbeOptions, joinGroup } from './group-probe.ts';
export { createProgress, eventually, law, type Progress, patienceMs } from './harness.ts';
export { type HeldKeysHarness, heldKeysLaws } from './held-keys-laws.ts';
export { linearTimeLaws } from './linear-time-laws.ts';
export {
  type JudgementShape,
  type ModelFault,
  type ModelHarness,
  type ModelShape,
  type ModelUnderLaw,
  modelLaws,
} from './model-laws.ts';
export { sinkLaws } from './sink-laws.ts';
export type { DeliveryFacts, SinkFault, SinkHarness, SinkShape, SinkUnderLaw } from './sink-under-law.ts';
export { sourceLaws } from './source-laws.ts';
export type { SourceRequest, SourceShape, SourceUnderLaw } from './source-under-law.ts';
export { type StageInput, type StageUnderLaw, stageLaws } from './stage-laws.ts';
export {
  type ConnectionUnderLaw,
  type TokenProcess,
  type TokenSourceHarness,
  type TokenStep,
  tokenSourceLaws,
} from './token-source-laws.ts';
