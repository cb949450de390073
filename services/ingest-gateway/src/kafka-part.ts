import {
  connectionsPart,
  connectKafka,
  connectRegistry,
  type KafkaOptions,
  type RegistrySettingValues,
  registryAddress,
} from '@millrace/kafka';
import type { Producer, Serde } from '@millrace/messaging';
import type { Logger, Metrics, Part } from '@millrace/service';

/** Kafka and the registry as one part: nothing is opened here, the outlet connects when it opens. */
export interface KafkaPart extends Part {
  readonly serde: Serde;
  createProducer(): Promise<Producer>;
}

export interface KafkaPartSettings
  extends Omit<KafkaOptions, 'clientId' | 'logger' | 'metrics' | 'producer'>,
    RegistrySettingValues {
  readonly ordinal: number | undefined;
  readonly produceTimeoutMs: number;
}

export function connectKafkaPart(settings: KafkaPartSettings, logger: Logger, metrics: Metrics): KafkaPart {
  const clientId = `ingest-gateway-${settings.ordinal ?? 0}`;
  const broker = connectKafka({
    ...settings,
    clientId,
    producer: { deliveryTimeoutMs: settings.produceTimeoutMs },
    logger,
    metrics,
  });
  const serde = connectRegistry({ ...registryAddress(settings), logger });
  return {
    ...connectionsPart(broker, serde),
    serde,
    createProducer: () => broker.createProducer(),
  };
}
