import { randomBytes } from 'node:crypto';
import { freePorts, type RunningServers } from '@millrace/embedded';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';

/** The images that `docker-compose.yml` names too. */
export const images = {
  kafka: 'apache/kafka:4.3.0',
  registry: 'apicurio/apicurio-registry-mem:2.6.13.Final',
  postgres: 'postgres:18.4',
} as const;

/** The same three servers from images, for machines with Docker and without Java. */
export const startContainers = async (): Promise<RunningServers> => {
  const started = await Promise.allSettled([startKafkaContainer(), startRegistryContainer(), startPostgresContainer()]);
  const stop = async (): Promise<void> => {
    await Promise.all(
      started.map(async (result) => (result.status === 'fulfilled' ? result.value.container.stop() : undefined)),
    );
  };
  const [kafka, registry, postgres] = started;
  if (kafka.status === 'fulfilled' && registry.status === 'fulfilled' && postgres.status === 'fulfilled') {
    return {
      kafkaBrokers: [kafka.value.address],
      registryUrl: registry.value.address,
      postgresUrl: postgres.value.address,
      stop,
    };
  }
  await stop();
  throw started.find((result) => result.status === 'rejected')?.reason;
};

interface Started {
  readonly container: StartedTestContainer;
  readonly address: string;
}

/** Kafka tells its clients where it is, so its outer port is chosen before it starts. */
const startKafkaContainer = async (): Promise<Started> => {
  const [port = 0] = await freePorts(1);
  const container = await new GenericContainer(images.kafka)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  return { container, address: `127.0.0.1:${port}` };
};

const startRegistryContainer = async (): Promise<Started> => {
  const container = await new GenericContainer(images.registry)
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', 8080))
    .start();
  return { container, address: `http://${container.getHost()}:${container.getMappedPort(8080)}/apis/ccompat/v7` };
};

const startPostgresContainer = async (): Promise<Started> => {
  const password = randomBytes(12).toString('hex');
  const container = await new GenericContainer(images.postgres)
    .withExposedPorts(5432)
    .withEnvironment({ POSTGRES_USER: 'millrace', POSTGRES_PASSWORD: password, POSTGRES_DB: 'millrace' })
    .withTmpFs({ '/var/lib/postgresql': 'rw' })
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
  return {
    container,
    address: `postgres://millrace:${password}@${container.getHost()}:${container.getMappedPort(5432)}/millrace`,
  };
};
