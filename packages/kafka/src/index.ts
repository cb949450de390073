export type { ClientConfig, SaslCredentials } from './client-config.ts';
export {
  connectKafka,
  type KafkaBroker,
  type KafkaOptions,
  memberDefaults,
  type ProducerSettings,
  producerDefaults,
} from './connect-kafka.ts';
export { type KafkaErrorCode, kafkaErrors } from './errors.ts';
export type { MemberSettings } from './kafkajs/member.ts';
export type { AccumulatorStats, RecordAccumulator } from './producer/accumulator.ts';
