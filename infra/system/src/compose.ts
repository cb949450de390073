import { simulatedConnectors } from '@millrace/connectors/registry';
import { simulatorSettings } from '@millrace/connectors/simulators/config';
import { type Flows, flowList, variablesIn } from '@millrace/flows';
import type { ServiceDeclaration } from '@millrace/service';
import { stringify } from 'yaml';
import {
  baseUrlVariable,
  declaredOf,
  environmentOf,
  type Installation,
  neededServices,
  referencesOf,
} from './environment.ts';

export interface ComposeOptions {
  readonly services: readonly ServiceDeclaration[];
  readonly flows: Flows;
  /** Kafka, Postgres and the registry: `infra/docker/servers.yaml`, parsed. */
  readonly servers: { readonly services: object; readonly configs: object; readonly volumes: object };
}

const listening = 8_080;
const portBase = 8_080;
const folder = '/var/lib/millrace';
const simulatorPorts = simulatedConnectors.map(({ name, simulator }) => [name, portBase + simulator.port] as const);
const simulatorOrigins = simulatorPorts.map(([name, port]) => [name, `http://simulators:${port}`] as const);

/** Variables of the flow files that say where something is; every other one is a secret. */
const places: Readonly<Record<string, string>> = {
  ...Object.fromEntries(simulatorOrigins.map(([name, origin]) => [baseUrlVariable(name), origin])),
  POSTGRES_URL: 'postgres://millrace:millrace@postgres:5432/millrace',
};

/** What everything is called inside the network of the containers. */
const inside = (variables: Readonly<Record<string, string>>): Installation => ({
  host: '0.0.0.0',
  port: ({ port, listeners = {} }, listener) =>
    listener === 'port' ? listening : portBase + (listeners[listener] ?? port),
  kafkaBrokers: ['kafka:9092'],
  replicationFactor: 1,
  registryUrl: 'http://registry:8080/apis/ccompat/v7',
  postgresUrl: 'postgres://millrace:millrace@postgres:5432/millrace',
  flows: '/app/infra/flows',
  publicUrl: `http://127.0.0.1:${portBase}`,
  gatewayAdminUrl: 'http://ingest-gateway:8085',
  trustedOrigins: simulatorOrigins.map(([, origin]) => origin),
  tokensFile: `${folder}/tokens.json`,
  sourcesFile: `${folder}/sources.json`,
  variables,
  // Operators reach the gateway's second listener by its name in this network; it is not published.
  further: { MILLRACE_ADMIN_HOST: '0.0.0.0', MILLRACE_ADMIN_ALLOWED_HOSTS: 'ingest-gateway:8085' },
});

/** The whole system from images, as `docker-compose.yml` has it. */
export function composeFile({ services, flows, servers }: ComposeOptions): string {
  const needed = neededServices(services, flows);
  const document = {
    name: 'millrace',
    services: {
      ...servers.services,
      prepare: prepare(needed),
      simulators: simulators(flows),
      ...Object.fromEntries(needed.map((service) => [service.name, program(service, flows)])),
    },
    configs: servers.configs,
    volumes: {
      ...servers.volumes,
      ...Object.fromEntries(['secrets', ...foldersOf(needed)].map((name) => [name, null])),
    },
  };
  return `${heading}${stringify(document, { version: '1.1', lineWidth: 160, nullStr: '', aliasDuplicateObjects: false })}`;
}

const heading = `# The whole system from images: docker compose up --build
# Made by \`npm run generate\` from the services' declarations, the flows and infra/docker/servers.yaml. Do not edit.
# The same parts as \`npm start\` has, on the same ports, on this machine's loopback alone, without its sample traffic.
# Secrets of your own win over the samples: put them into .env beside this file.
# The CLI inside: docker compose exec dlq-replayer node infra/docker/entrypoint.mjs packages/cli/src/main.ts
`;

/** A program of ours: no privilege, nothing to write but its scratch space, and secrets that are its own. */
const container = (name: string) => ({
  image: 'millrace/services:0.1.0',
  build: { context: '.', dockerfile: 'infra/docker/Dockerfile' },
  init: true,
  restart: 'on-failure',
  stop_grace_period: '30s',
  read_only: true,
  tmpfs: ['/tmp'],
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  depends_on: { prepare: { condition: 'service_completed_successfully' } },
  volumes: [`${name}:${folder}`],
});

/** Each program that has a folder of secrets, by name. */
const foldersOf = (services: readonly ServiceDeclaration[]): readonly string[] => [
  ...services.map(({ name }) => name),
  'simulators',
];

const prepare = (services: readonly ServiceDeclaration[]) => ({
  ...container('secrets'),
  restart: 'no',
  command: ['infra/provision/src/main.ts'],
  healthcheck: { disable: true },
  environment: {
    MILLRACE_KAFKA_BROKERS: 'kafka:9092',
    MILLRACE_REPLICATION_FACTOR: '1',
    MILLRACE_REGISTRY_URL: 'http://registry:8080/apis/ccompat/v7',
    MILLRACE_FLOWS: '/app/infra/flows',
    MILLRACE_SAMPLE_FOLDER: folder,
  },
  // One volume for each program: what stands there is what it may know.
  volumes: [`secrets:${folder}`, ...foldersOf(services).map((name) => `${name}:${folder}/${name}`)],
  depends_on: { kafka: { condition: 'service_healthy' }, registry: { condition: 'service_healthy' } },
});

function program(service: ServiceDeclaration, flows: Flows) {
  const told = environmentOf(service, flows, inside(places));
  const secrets = [...referencesOf(service, flows)].filter((name) => places[name] === undefined).toSorted();
  return {
    ...container(service.name),
    command: [`services/${service.name}/src/main.ts`],
    environment: {
      ...told,
      ...(secrets.length === 0 ? {} : { MILLRACE_SAMPLE_ENVIRONMENT: `${folder}/environment.json` }),
      ...Object.fromEntries(secrets.map((name) => [name, `\${${name}:-}`])),
    },
    ports: [`127.0.0.1:${portBase + service.port}:${listening}`],
  };
}

function simulators(flows: Flows) {
  const known = variablesIn([
    flows.sources,
    flowList(flows).flatMap(({ deliver }) => deliver.map(({ settings }) => settings)),
  ]);
  const declared = declaredOf(simulatorSettings, Object.fromEntries([...known].map((name) => [name, `\${${name}:-}`])));
  return {
    ...container('simulators'),
    command: ['packages/connectors/src/simulators/main.ts'],
    environment: {
      MILLRACE_HOST: '0.0.0.0',
      MILLRACE_SIMULATOR_PORTS: simulatorPorts.map(([name, port]) => `${name}=${port}`).join(','),
      MILLRACE_DATA_DIR: folder,
      MILLRACE_GATEWAY_URL: `http://ingest-gateway:${listening}`,
      MILLRACE_READY_URL: `http://127.0.0.1:${simulatorPorts[0]?.[1]}/_simulator/state`,
      MILLRACE_SAMPLE_ENVIRONMENT: `${folder}/environment.json`,
      ...declared,
    },
    ports: simulatorPorts.map(([, port]) => `127.0.0.1:${port}:${port}`),
  };
}
