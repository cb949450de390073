export {
  ContractError,
  type ContractErrorCode,
  contractErrors,
  type RecordType,
  recordType,
  type Violation,
} from './codec.ts';
export { deliveriesAgeIndex, deliveriesTable, deliveriesTableLock } from './deliveries-table.ts';
export type { CanonicalEntity, EntityDefinition } from './entities.ts';
export { fieldNames, optionalSteps } from './field-names.ts';
export * from './generated/index.ts';
export { type InstantReading, instantForms, instantOf, isoInstantOf, latestEpochMs, readInstant } from './instant.ts';
export { type InstantFields, readInstantFields } from './instant-fields.ts';
export { type Topic, topicLike } from './topic.ts';
export {
  type GroupTopics,
  groupTopics,
  longestCopyRetentionMs,
  longestReturnMs,
  minInsyncReplicas,
  type ProvisionedTopic,
  promisedReplicationFactor,
  type RetryTier,
  retryTiers,
  retryWaitsMs,
  type TopicSpecOptions,
  topicSpecs,
} from './topic-specs.ts';
export { type VersionKind, versionFields, versionKind } from './version-field.ts';
export { withoutContent } from './without-content.ts';
