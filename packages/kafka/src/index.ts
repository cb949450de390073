export type { AccessSettings, SaslMechanism } from './access/access-settings.ts';
export type { ClientConfig } from './client-config.ts';
export {
  connectKafka,
  type KafkaBroker,
  type KafkaOptions,
  memberDefaults,
  type ProducerSettings,
  producerDefaults,
} from './connect-kafka.ts';
export { connectionsPart, kafkaCheck } from './connections-part.ts';
export { createDurabilityCheck, type DurabilityCheck, type DurabilityOptions } from './durability.ts';
export { type KafkaErrorCode, kafkaErrors } from './errors.ts';
export { registerCodecs } from './kafkajs/codecs.ts';
export type { MemberSettings } from './membership/member-settings.ts';
export type { RecordAccumulator } from './producer/accumulator.ts';
export type { AccumulatorStats } from './producer/accumulator-options.ts';
export {
  applyProvision,
  comparePlan,
  describePlan,
  type ProvisionPlan,
  type ProvisionRefusal,
  type ProvisionStep,
  planProvision,
  provision,
} from './provision.ts';
export { connectRegistry, type RegistryOptions, type RegistrySerde } from './registry/connect-registry.ts';
export type { RegistryAddress } from './registry/registry-http.ts';
export {
  connectSchemaAdmin,
  type RegisteredSchema,
  type SchemaAdmin,
  type SchemaCheck,
  type SchemaProblem,
} from './registry/schema-admin.ts';
export {
  type DriverName,
  defaultGroupSettings,
  demandedReplicationFactor,
  type KafkaGroupSettingValues,
  kafkaGroupSettings,
  kafkaSettings,
  type RegistrySettingValues,
  registryAddress,
} from './settings.ts';
