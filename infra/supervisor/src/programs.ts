import { join } from 'node:path';
import { simulatorSettings } from '@millrace/connectors/simulators/config';
import { cacheFolder } from '@millrace/embedded';
import type { Flows } from '@millrace/flows';
import { kafkaSettings } from '@millrace/kafka';
import { type Secrets, sourcesFile, tokenFile } from '@millrace/provision/secrets';
import { quietRuntime, type ServiceDeclaration, type SettingsDefinition } from '@millrace/service';
import { baseUrlVariable, declaredOf, environmentOf, type Installation } from '@millrace/system/environment';
import { host, type KafkaNodes, operatorPortOf, type Ports, portOf, urlOf } from './layout.ts';
import type { Program } from './program.ts';
import { kafkaBrokers, postgresUrl, registryUrl } from './server-parts.ts';

export interface ProgramsOptions {
  readonly root: string;
  readonly dataDir: string;
  /** The flow files, and what they say. */
  readonly flows: string;
  readonly loaded: Flows;
  /** The services that these flows need. */
  readonly services: readonly ServiceDeclaration[];
  readonly ports: Ports;
  readonly kafkaNodes: KafkaNodes;
  readonly secrets: Secrets;
  /** The user's own environment: a variable set there wins over a sample of ours. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The services, each told what it declares and nothing else. */
export const servicePrograms = (options: ProgramsOptions): readonly Program[] =>
  options.services.map((service) => {
    const { name, settings, stages } = service;
    const onlyWatches = stages.length > 0 && stages.every(({ to }) => to.length === 0);
    const port = portOf(options.ports, name);
    return {
      name,
      ...(onlyWatches ? { runtime: quietRuntime } : {}),
      script: join(options.root, 'services', name, 'src/main.ts'),
      env: {
        ...runtimeOf(options),
        ...usersOf(settings, options),
        ...environmentOf(service, options.loaded, installationOf(options)),
      },
      // The first tells why it is not; the last is the one that is waited for by everybody else.
      readyUrls: [...new Set([operatorPortOf(options.ports, name), port])].map((each) => `${urlOf(each)}/readyz`),
      logFile: join(options.dataDir, 'logs', `${name}.log`),
    };
  });

/** Vendors that cannot run here, as they document themselves, in one process. */
export const simulatorsProgram = (options: ProgramsOptions): Program => {
  const { simulators } = options.ports;
  const { variables } = installationOf(options);
  return {
    name: 'simulators',
    runtime: quietRuntime,
    script: join(options.root, 'packages/connectors/src/simulators/main.ts'),
    env: {
      ...runtimeOf(options),
      ...usersOf(simulatorSettings, options),
      ...declaredOf(simulatorSettings, { ...variables, MILLRACE_HOST: host }),
      MILLRACE_SIMULATOR_PORTS: Object.entries(simulators)
        .map(([name, port]) => `${name}=${port}`)
        .join(','),
      MILLRACE_DATA_DIR: options.dataDir,
      MILLRACE_GATEWAY_URL: urlOf(portOf(options.ports, 'ingest-gateway')),
    },
    readyUrls: Object.values(simulators).map((port) => `${urlOf(port)}/_simulator/state`),
    logFile: join(options.dataDir, 'logs', 'simulators.log'),
  };
};

/** What any program needs of the user's shell. Secrets and settings that are set there reach only who declares them. */
const inherited =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|NODE_\w+|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy|MILLRACE_CACHE|SystemRoot)$/i;

const runtimeOf = ({ environment }: ProgramsOptions): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && inherited.test(name) ? [[name, value]] : [],
    ),
  ),
  NODE_COMPILE_CACHE: join(cacheFolder(), 'node-compile-cache'),
});

/** Settings that the user's shell has, but where our own servers are: what it says of another cluster is not for them. */
const usersOf = (settings: SettingsDefinition, { environment }: ProgramsOptions): Readonly<Record<string, string>> => {
  const { driver, ...reached } = kafkaSettings;
  const ours = new Set(Object.values(reached).map(({ env }) => env));
  return Object.fromEntries(
    Object.values(settings).flatMap(({ env }) => {
      const value = environment[env];
      return value === undefined || ours.has(env) ? [] : [[env, value]];
    }),
  );
};

/** Where everything of this start is. */
export const installationOf = (options: ProgramsOptions): Installation => {
  const { dataDir, flows, ports, secrets, environment } = options;
  const postgres = postgresUrl(ports, secrets.postgresPassword);
  const origins = Object.entries(ports.simulators).map(([name, port]) => [name, urlOf(port)] as const);
  const samples: Readonly<Record<string, string>> = {
    ...secrets.flowVariables,
    ...Object.fromEntries(origins.map(([name, url]) => [baseUrlVariable(name), url])),
    POSTGRES_URL: postgres,
  };
  const given = Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  return {
    host,
    port: ({ name }, listener) => portOf(ports, name, listener === 'port' ? undefined : listener),
    kafkaBrokers: kafkaBrokers(ports, options.kafkaNodes),
    replicationFactor: options.kafkaNodes,
    registryUrl: registryUrl(ports),
    postgresUrl: postgres,
    flows,
    publicUrl: urlOf(portOf(ports, 'ingest-gateway')),
    gatewayAdminUrl: urlOf(portOf(ports, 'ingest-gateway', 'adminPort')),
    trustedOrigins: origins.map(([, url]) => url),
    tokensFile: tokenFile(dataDir),
    sourcesFile: sourcesFile(dataDir),
    variables: { ...samples, ...Object.fromEntries(given) },
    further: { MILLRACE_ORDINAL: '0' },
  };
};
