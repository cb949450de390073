export type { BrokerHarness, BrokerUnderLaw } from './broker/context.ts';
export { brokerLaws } from './broker-laws.ts';
export { type GroupProbe, type GroupProbeOptions, joinGroup } from './group-probe.ts';
export { createProgress, eventually, law, type Progress, patienceMs } from './harness.ts';
