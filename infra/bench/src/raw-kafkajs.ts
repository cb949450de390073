import { registerCodecs } from '@millrace/kafka';
import kafkajs, { type Kafka } from 'kafkajs';

/** The client by itself, as good as we have it: the same version, patch and codecs. */
export const rawKafka = (brokers: readonly string[]): Kafka => {
  registerCodecs();
  // Silent: it says each time that a new topic has no leader yet. What ends it, it says by its crash event.
  return new kafkajs.Kafka({ brokers: [...brokers], clientId: 'bench-raw', logLevel: kafkajs.logLevel.NOTHING });
};

export const zstd: number = kafkajs.CompressionTypes.ZSTD;
