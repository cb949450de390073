import { type Setting, setting } from '@millrace/service';
import type { SaslMechanism } from './client-config.ts';

/** Which client library talks to Kafka; what stands on it is the same for both. */
export type DriverName = 'kafkajs' | 'platformatic';

/**
 * How a service reaches Kafka and the schema registry; composed into its settings by spread. The loaded values are
 * options of `connectKafka` by the same names; `registryAddress` makes those of `connectRegistry`.
 */
export const kafkaSettings: {
  readonly driver: Setting<DriverName>;
  readonly brokers: Setting<readonly string[]>;
  readonly tls: Setting<boolean>;
  readonly saslMechanism: Setting<SaslMechanism>;
  readonly saslUsername: Setting<string | undefined>;
  readonly saslPassword: Setting<string | undefined>;
  readonly registryUrl: Setting<string>;
  readonly registryUsername: Setting<string | undefined>;
  readonly registryPassword: Setting<string | undefined>;
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
  tls: setting.boolean({
    env: 'MILLRACE_KAFKA_TLS',
    default: false,
    description: 'Whether connections to Kafka use TLS.',
  }),
  saslMechanism: setting.oneOf(['none', 'plain', 'scram-sha-256', 'scram-sha-512'], {
    env: 'MILLRACE_KAFKA_SASL',
    default: 'none',
    description: 'How Kafka is shown who we are.',
  }),
  saslUsername: setting.string({
    env: 'MILLRACE_KAFKA_USERNAME',
    optional: true,
    description: 'User name for SASL.',
  }),
  saslPassword: setting.secret({ env: 'MILLRACE_KAFKA_PASSWORD', optional: true, description: 'Password for SASL.' }),
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
}

/** The loaded settings as the address of `connectRegistry` and `connectSchemaAdmin`. */
export function registryAddress({ registryUrl: url, registryUsername, registryPassword }: RegistrySettingValues): {
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string };
} {
  return registryUsername === undefined
    ? { url }
    : { url, auth: { username: registryUsername, password: registryPassword ?? '' } };
}
