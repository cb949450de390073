import { type ActiveSecret, keyOf, type Source } from '@millrace/connectors';
import { type Flows, resolveSecret, type SourceInstance, versionOf } from '@millrace/flows';
import type { Environment } from '@millrace/service';
import { GatewayError } from './gateway-error.ts';

/** A source of the flow file, ready to judge requests. */
export interface ConfiguredSource {
  readonly name: string;
  readonly definition: Source;
  readonly enabled: boolean;
  readonly secrets: readonly ActiveSecret[];
  readonly identityPolicy: 'source' | 'body';
  readonly ratePerSecond: number | undefined;
}

/** Reads the secrets that the flow file refers to. Throws one error with every problem of every source. */
export function configureSources(
  instances: Readonly<Record<string, SourceInstance>>,
  definitions: Readonly<Record<string, Source>>,
  env: Environment,
): ReadonlyMap<string, ConfiguredSource> {
  const problems: string[] = [];
  const configured = Object.values(instances).flatMap((instance) => {
    try {
      return [configureSource(instance, definitions[instance.connector], env)];
    } catch (error) {
      problems.push(`${instance.name}: ${Error.isError(error) ? error.message : String(error)}`);
      return [];
    }
  });
  if (problems.length > 0)
    throw new GatewayError(
      'X_GATEWAY_SOURCES_INVALID',
      `${problems.length} source(s) need attention:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  return new Map(configured.map((source) => [source.name, source]));
}

function configureSource(instance: SourceInstance, definition: Source | undefined, env: Environment): ConfiguredSource {
  if (definition === undefined) throw new Error(`there is no connector ${instance.connector}`);
  const { settings } = instance;
  const base = {
    name: instance.name,
    definition,
    identityPolicy: settings.identity,
    ratePerSecond: settings.ratePerSecond,
  };
  if (!instance.enabled) return { ...base, enabled: false, secrets: [] };
  if (instance.secret === null) throw new Error('it needs a secret, as a reference such as ${NAME}');
  const references = {
    current: instance.secret,
    ...(settings.previousSecret === undefined ? {} : { previous: settings.previousSecret }),
  };
  const secrets = Object.entries(references).map(([keyId, reference]) => ({
    keyId,
    secret: resolveSecret(reference, env),
  }));
  const unusable = secrets.find(({ secret }) => keyOf(secret, definition.verification.secret) === null);
  if (unusable !== undefined)
    throw new Error(
      `its ${unusable.keyId} secret is not ${definition.verification.secret}, as ${definition.name} demands`,
    );
  return { ...base, enabled: true, secrets };
}

/** Sources and their secrets are read once, before the door opens; nothing else of the flows is the gateway's. */
export async function sourceRestarts(next: Flows, before: Flows): Promise<readonly string[]> {
  const names = new Set([...Object.keys(before.sources), ...Object.keys(next.sources)]);
  return [...names]
    .filter((name) => versionOf(before.sources[name] ?? null) !== versionOf(next.sources[name] ?? null))
    .map((name) => `source ${name} is another, and sources are read at its start`);
}
