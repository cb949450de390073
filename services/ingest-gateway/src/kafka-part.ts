import type { FollowFlowsOptions } from '@millrace/flows/follow';
import {
  connectionsPart,
  connectKafka,
  connectRegistry,
  createDurabilityCheck,
  type KafkaOptions,
  type RegistrySettingValues,
  registryAddress,
} from '@millrace/kafka';
import type { Producer, Serde } from '@millrace/messaging';
import type { Logger, Metrics, Part, Readiness, ReadinessState } from '@millrace/service';
import { gatewayTopics } from './gateway.ts';

/** Kafka and the registry as one part: nothing is opened here, the outlet connects when it opens. */
export interface KafkaPart extends Part {
  readonly serde: Serde;
  /** Rejects until Kafka has answered once. */
  createProducer(): Promise<Producer>;
  /** Whether the brokers let us in. */
  readiness(): ReadinessState;
  /** How many brokers keep what is accepted. */
  readonly durability: Readiness;
  /** Where it hears of other flows, and under which name it answers. */
  readonly following: Pick<FollowFlowsOptions, 'process' | 'broker' | 'serde'>;
}

export interface KafkaPartSettings
  extends Omit<KafkaOptions, 'clientId' | 'logger' | 'metrics' | 'producer'>,
    RegistrySettingValues {
  readonly ordinal: number | undefined;
  readonly produceTimeoutMs: number;
  readonly replicationFactor: number | undefined;
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
  const connections = connectionsPart(broker, serde);
  const durability = createDurabilityCheck({
    admin: broker.admin,
    topics: gatewayTopics.map(({ name }) => name),
    declared: settings.replicationFactor,
  });
  return {
    ...connections,
    open: async () => {
      await durability.open();
      await connections.open();
    },
    close: async () => {
      await durability.close();
      await connections.close();
    },
    durability,
    following: { process: clientId, broker, serde },
    serde,
    createProducer: async () => {
      // Any question will do: a producer that has nothing to send connects to nobody.
      await broker.admin.describeTopics([]);
      return broker.createProducer();
    },
    readiness: () => broker.readiness(),
  };
}
