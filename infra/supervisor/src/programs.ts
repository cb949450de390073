import { join } from 'node:path';
import { cacheFolder } from '@millrace/embedded';
import { kafkaSettings } from '@millrace/kafka';
import { type Secrets, sourcesFile, tokenFile } from '@millrace/provision/secrets';
import { host, type KafkaNodes, type Ports, urlOf } from './layout.ts';
import type { Program } from './program.ts';
import { kafkaBrokers, postgresUrl, registryUrl } from './server-parts.ts';

export interface ProgramsOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly flows: string;
  readonly ports: Ports;
  readonly kafkaNodes: KafkaNodes;
  readonly secrets: Secrets;
  /** The user's own environment: a variable set there wins over a sample of ours. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The five services, by name, in the order a record passes them. */
export const servicePrograms = (options: ProgramsOptions): readonly Program[] => {
  const { ports } = options;
  return [
    service(options, 'ingest-gateway', ports.gateway, {
      MILLRACE_ADMIN_PORT: String(ports.gatewayAdmin),
      MILLRACE_PUBLIC_URL: urlOf(ports.gateway),
    }),
    service(options, 'enricher', ports.enricher),
    service(options, 'classifier', ports.classifier),
    service(options, 'sink-writers', ports.sinkWriters, {
      // Destinations are https on the open internet; the simulators are the exception, by their exact origins.
      MILLRACE_TRUSTED_ORIGINS: [ports.zendesk, ports.slack, ports.http].map(urlOf).join(','),
    }),
    service(options, 'dlq-replayer', ports.dlqReplayer, { MILLRACE_GATEWAY_ADMIN_URL: urlOf(ports.gatewayAdmin) }),
  ];
};

const service = (
  options: ProgramsOptions,
  name: string,
  port: number,
  env: Readonly<Record<string, string>> = {},
): Program => ({
  name,
  script: join(options.root, 'services', name, 'src/main.ts'),
  env: { ...sharedEnvironment(options), MILLRACE_PORT: String(port), ...env },
  readyUrls: [`${urlOf(port)}/readyz`],
  logFile: join(options.dataDir, 'logs', `${name}.log`),
});

/** Zendesk, Slack and an HTTP receiver that behave as the vendors document, in one process. */
export const simulatorsProgram = (options: ProgramsOptions): Program => {
  const { zendesk, slack, http, gateway } = options.ports;
  const environment = sharedEnvironment(options);
  return {
    name: 'simulators',
    script: join(options.root, 'packages/connectors/src/simulators/main.ts'),
    env: {
      ...environment,
      // The receiver verifies what the flow file's HTTP sink signs.
      STANDARD_WEBHOOKS_SECRET: environment['HTTP_SIGNING_SECRET'] ?? '',
      MILLRACE_SIMULATOR_PORTS: `zendesk=${zendesk},slack=${slack},http=${http}`,
      MILLRACE_DATA_DIR: options.dataDir,
      MILLRACE_GATEWAY_URL: urlOf(gateway),
    },
    readyUrls: [zendesk, slack, http].map((port) => `${urlOf(port)}/_simulator/state`),
    logFile: join(options.dataDir, 'logs', 'simulators.log'),
  };
};

/** What every one of our processes is told. */
export const sharedEnvironment = ({
  dataDir,
  flows,
  ports,
  kafkaNodes,
  secrets,
  environment,
}: ProgramsOptions): Readonly<Record<string, string>> => {
  const postgres = postgresUrl(ports, secrets.postgresPassword);
  const flowVariables = {
    ...secrets.flowVariables,
    ZENDESK_BASE_URL: urlOf(ports.zendesk),
    SLACK_BASE_URL: urlOf(ports.slack),
    HTTP_BASE_URL: urlOf(ports.http),
    POSTGRES_URL: postgres,
  };
  const { driver: _, ...reached } = kafkaSettings;
  return {
    // Ours are plain listeners on loopback: what the user's shell says of another cluster is not for them.
    ...Object.fromEntries(Object.values(reached).map(({ env }) => [env, ''])),
    ...Object.fromEntries(Object.entries(flowVariables).map(([name, value]) => [name, environment[name] || value])),
    MILLRACE_HOST: host,
    MILLRACE_KAFKA_BROKERS: kafkaBrokers(ports, kafkaNodes).join(','),
    MILLRACE_REPLICATION_FACTOR: String(kafkaNodes),
    MILLRACE_REGISTRY_URL: registryUrl(ports),
    MILLRACE_POSTGRES_URL: postgres,
    MILLRACE_FLOWS: flows,
    MILLRACE_ORDINAL: '0',
    MILLRACE_LOG_LEVEL: environment['MILLRACE_LOG_LEVEL'] || 'info',
    MILLRACE_TOKENS_FILE: tokenFile(dataDir),
    MILLRACE_SOURCES_FILE: sourcesFile(dataDir),
    NODE_COMPILE_CACHE: join(cacheFolder(), 'node-compile-cache'),
  };
};
