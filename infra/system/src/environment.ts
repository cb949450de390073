import { type Flows, flowList, variablesIn } from '@millrace/flows';
import type { ServiceDeclaration, SettingsDefinition } from '@millrace/service';

/** Where the parts of an installation are, as its programs see them. */
export interface Installation {
  /** Address that programs listen on. */
  readonly host: string;
  /** Port of a service's listeners: its own, and those of the settings that it declares in `listeners`. */
  readonly port: (service: ServiceDeclaration, listener: 'port' | string) => number;
  readonly kafkaBrokers: readonly string[];
  /** Copies of every partition that it promises. */
  readonly replicationFactor: number;
  readonly registryUrl: string;
  readonly postgresUrl: string;
  /** Folder or file of the flows. */
  readonly flows: string;
  readonly publicUrl: string;
  readonly gatewayAdminUrl: string;
  /** Exact origins that sinks may write to although they are neither https nor public: the simulators. */
  readonly trustedOrigins: readonly string[];
  readonly tokensFile: string;
  readonly sourcesFile: string;
  /** Values of the flow files' references by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Told to every program that declares the setting, such as a log level of the user's. */
  readonly further?: Readonly<Record<string, string>>;
}

/** What a service is told: the settings that it declares, and the variables that its part of the flow files refers to. */
export function environmentOf(
  service: ServiceDeclaration,
  flows: Pick<Flows, 'sources' | 'flows'>,
  installation: Installation,
): Readonly<Record<string, string>> {
  const listeners = Object.keys(service.listeners ?? {}).map((setting) => [
    (service.settings[setting] as { readonly env: string }).env,
    String(installation.port(service, setting)),
  ]);
  const told = {
    ...valuesOf(installation),
    MILLRACE_PORT: String(installation.port(service, 'port')),
    ...Object.fromEntries(listeners),
  };
  return {
    ...declaredOf(service.settings, told),
    ...variablesOf(referencesOf(service, flows), installation.variables),
  };
}

/** What the default flows call the address of a connector's system. */
export const baseUrlVariable = (connector: string): string =>
  `${connector.toUpperCase().replaceAll('-', '_')}_BASE_URL`;

/** The part of what may be told that these settings know. */
export function declaredOf(
  settings: SettingsDefinition,
  told: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const known = new Set(Object.values(settings).map(({ env }) => env));
  return Object.fromEntries(Object.entries(told).filter(([name]) => known.has(name)));
}

/** Variables of the flow files that a service resolves. */
export function referencesOf(
  { references = [] }: ServiceDeclaration,
  flows: Pick<Flows, 'sources' | 'flows'>,
): ReadonlySet<string> {
  const parts = {
    sources: Object.values(flows.sources),
    routes: flowList(flows).flatMap(({ deliver }) => deliver.map(({ settings }) => settings)),
  };
  return variablesIn(references.map((part) => parts[part]));
}

function variablesOf(
  names: ReadonlySet<string>,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...names].flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])),
  );
}

/** Every value that does not depend on the service. */
function valuesOf(installation: Installation): Readonly<Record<string, string>> {
  return {
    MILLRACE_HOST: installation.host,
    MILLRACE_KAFKA_BROKERS: installation.kafkaBrokers.join(','),
    MILLRACE_REPLICATION_FACTOR: String(installation.replicationFactor),
    MILLRACE_REGISTRY_URL: installation.registryUrl,
    MILLRACE_POSTGRES_URL: installation.postgresUrl,
    MILLRACE_FLOWS: installation.flows,
    MILLRACE_PUBLIC_URL: installation.publicUrl,
    MILLRACE_GATEWAY_ADMIN_URL: installation.gatewayAdminUrl,
    MILLRACE_TRUSTED_ORIGINS: installation.trustedOrigins.join(','),
    MILLRACE_TOKENS_FILE: installation.tokensFile,
    MILLRACE_SOURCES_FILE: installation.sourcesFile,
    ...installation.further,
  };
}

/** Services that an installation with these flows needs: those whose stages some flow has, and those without stages. */
export function neededServices(
  services: readonly ServiceDeclaration[],
  { stages }: Pick<Flows, 'stages'>,
): readonly ServiceDeclaration[] {
  const working = new Set(stages.map(({ service }) => service));
  return services.filter(({ name, stages: own }) => own.length === 0 || working.has(name));
}
