import { type Setting, setting } from '@millrace/service';
import { accessSettings } from './access/access-settings.ts';
import type { RegistryAddress } from './registry/registry-http.ts';

/** Which client library talks to Kafka; what stands on it is the same for both. */
export type DriverName = 'kafkajs' | 'platformatic';

const replicationDescription =
  'How many brokers keep each record: 3, of which 2 must have it before it is acknowledged, is what durability is promised for; 1 declares a cluster of one broker, whose disk is all there is. What is provisioned, what `/readyz` states and `millrace doctor` demands.';

/** The same where nothing is guessed: topics are made by it. */
export const demandedReplicationFactor: Setting<number> = setting.integer({
  env: 'MILLRACE_REPLICATION_FACTOR',
  min: 1,
  max: 7,
  description: replicationDescription,
  example: '3',
});

/**
 * How a service reaches Kafka and the schema registry; composed into its settings by spread. The loaded values are
 * options of `connectKafka` by the same names; `registryAddress` makes those of `connectRegistry`.
 */
export const kafkaSettings: typeof accessSettings & {
  readonly driver: Setting<DriverName>;
  readonly brokers: Setting<readonly string[]>;
  readonly replicationFactor: Setting<number | undefined>;
  readonly registryUrl: Setting<string>;
  readonly registryUsername: Setting<string | undefined>;
  readonly registryPassword: Setting<string | undefined>;
  readonly registryCaFile: Setting<string | undefined>;
} = {
  driver: setting.oneOf(['kafkajs', 'platformatic'], {
    env: 'MILLRACE_KAFKA_DRIVER',
    default: 'kafkajs',
    description: 'Client library that talks to Kafka.',
  }),
  brokers: setting.list({
    env: 'MILLRACE_KAFKA_BROKERS',
    description: 'Kafka brokers to begin with, host:port, separated by commas.',
    example: '127.0.0.1:8092',
  }),
  ...accessSettings,
  replicationFactor: setting.integer({
    env: 'MILLRACE_REPLICATION_FACTOR',
    optional: true,
    min: 1,
    max: 7,
    description: replicationDescription,
    example: '3',
  }),
  registryUrl: setting.url({
    env: 'MILLRACE_REGISTRY_URL',
    description: 'Schema registry with a Confluent-compatible API, its path included.',
    example: 'http://127.0.0.1:8090/apis/ccompat/v7',
  }),
  registryUsername: setting.string({
    env: 'MILLRACE_REGISTRY_USERNAME',
    optional: true,
    description: 'User name for the schema registry.',
  }),
  registryPassword: setting.secret({
    env: 'MILLRACE_REGISTRY_PASSWORD',
    optional: true,
    description: 'Password for the schema registry.',
  }),
  registryCaFile: setting.path({
    env: 'MILLRACE_REGISTRY_CA_FILE',
    optional: true,
    description:
      'PEM file of the certificates that sign the schema registry’s, where it is not a public one; read at start.',
  }),
};

export interface KafkaGroupSettingValues {
  readonly sessionTimeoutMs: number;
  readonly staticSessionTimeoutMs: number;
}

export const defaultGroupSettings: KafkaGroupSettingValues = {
  sessionTimeoutMs: 10_000,
  staticSessionTimeoutMs: 30_000,
};

/** How long a consumer group waits for a silent member; for services that consume, beside `kafkaSettings`. */
export const kafkaGroupSettings: { readonly [Name in keyof KafkaGroupSettingValues]: Setting<number> } = {
  sessionTimeoutMs: setting.durationMs({
    env: 'MILLRACE_KAFKA_SESSION_TIMEOUT_MS',
    default: defaultGroupSettings.sessionTimeoutMs,
    description:
      'How long after its last heartbeat an instance without `MILLRACE_ORDINAL` is replaced by its siblings.',
  }),
  staticSessionTimeoutMs: setting.durationMs({
    env: 'MILLRACE_KAFKA_STATIC_SESSION_TIMEOUT_MS',
    default: defaultGroupSettings.staticSessionTimeoutMs,
    description:
      'The same for one with an ordinal: longer than a restart takes, which then moves no partition and goes on at once; its partitions wait as long when it never comes back.',
  }),
};

export interface RegistrySettingValues {
  readonly registryUrl: string;
  readonly registryUsername: string | undefined;
  readonly registryPassword: string | undefined;
  readonly registryCaFile?: string | undefined;
}

/** The loaded settings as the address of `connectRegistry` and `connectSchemaAdmin`. */
export function registryAddress(settings: RegistrySettingValues): RegistryAddress {
  const { registryUrl: url, registryUsername: username, registryPassword: password = '', registryCaFile } = settings;
  return {
    url,
    ...(username === undefined ? {} : { auth: { username, password } }),
    ...(registryCaFile === undefined ? {} : { caFile: registryCaFile }),
  };
}
