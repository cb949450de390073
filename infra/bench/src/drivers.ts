import { connectKafka, type KafkaBroker, type KafkaOptions } from '@millrace/kafka';
import { createLogger } from '@millrace/service';

/** The clients behind the broker port; every bench that touches Kafka is run on each. */
export const drivers = ['kafkajs', 'platformatic'] as const;
export type Driver = (typeof drivers)[number];

/** A subject's own connection, silent unless something is wrong. */
export const connectDriver = (
  driver: Driver,
  options: Omit<KafkaOptions, 'logger' | 'clientId'> & Partial<Pick<KafkaOptions, 'logger'>>,
): KafkaBroker =>
  connectKafka({ driver, clientId: 'bench', logger: createLogger({ service: 'bench', level: 'error' }), ...options });
