export { expressionView, type Viewable } from './expression-view.ts';
export { createExpressions, type ExpressionOptions, type Expressions } from './expressions.ts';
export { flowChanges } from './flow-changes.ts';
export type { FlowText } from './flow-documents.ts';
export { enriches, type FlowTopics, flowTopics } from './flow-topics.ts';
export {
  type ClassifyMode,
  type ConnectorSettings,
  type Flow,
  type Flows,
  flowList,
  type Lookup,
  type Route,
  type SourceInstance,
  type Task,
  type Version,
} from './flows.ts';
export { flowsDigest, versionOf } from './flows-digest.ts';
export type { KnownNames, KnownSink } from './known-names.ts';
export { type LoadOptions, loadFlows, parseFlows } from './load-flows.ts';
export { loadFlowsOrExit } from './load-flows-or-exit.ts';
export { describeProblem, FlowError, type FlowErrorCode, type FlowProblem, flowErrors } from './problems.ts';
export type { Environment } from './references.ts';
export { resolveReferences, resolveSecret, variablesIn } from './references.ts';
export type { EntityStage, Stage } from './stage.ts';
export { stageRestarts } from './stage-changes.ts';
export { groupOf, groupReads, stagesOf, type TopicBeside, topicsBeside } from './topology.ts';
export { isTrue } from './truth.ts';
export { valuesRead } from './values-read.ts';
