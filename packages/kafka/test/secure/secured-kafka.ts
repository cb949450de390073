import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, type KafkaListener, startKafka } from '@millrace/embedded';
import { type Authority, createAuthority } from './authority.ts';
import { audience, startTokenEndpoint, type TokenEndpoint } from './token-endpoint.ts';

/** A Kafka of its own with a listener for each way in. */
export interface SecuredKafka {
  /** Addresses by what the listener asks for. */
  readonly brokers: Readonly<
    Record<'plain' | 'password' | 'passwordTls' | 'shortSession' | 'mutualTls' | 'token', readonly string[]>
  >;
  readonly authority: Authority;
  readonly tokens: TokenEndpoint;
  /** A file below the test's own folder. */
  file(name: string, content: string): Promise<string>;
  stop(): Promise<void>;
}

export const user = 'alice';
export const secret = 'correct-horse';

const sessionMs = 9_000;
const jaas = 'org.apache.kafka.common.security';
const mechanisms = 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512';
const passwords = {
  'sasl.enabled.mechanisms': mechanisms,
  'plain.sasl.jaas.config': `${jaas}.plain.PlainLoginModule required user_${user}="${secret}";`,
  'scram-sha-256.sasl.jaas.config': `${jaas}.scram.ScramLoginModule required;`,
  'scram-sha-512.sasl.jaas.config': `${jaas}.scram.ScramLoginModule required;`,
};

export async function startSecuredKafka(): Promise<SecuredKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-secured-'));
  const file = async (name: string, content: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const [tokens, authority] = await Promise.all([startTokenEndpoint(), createAuthority('authority')]);
  const { certificate, key } = await authority.issue('broker', [
    { type: 'ip', value: '127.0.0.1' },
    { type: 'dns', value: 'kafka.internal' },
  ]);
  const tls = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': await file('broker.pem', key + certificate),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': await file('authority.pem', authority.certificate),
  };
  const [plain = 0, controllerPort = 0, ...ports] = await freePorts(7);
  const [password = 0, passwordTls = 0, shortSession = 0, mutualTls = 0, token = 0] = ports;
  const listeners: readonly KafkaListener[] = [
    { name: 'PASSWORD', port: password, protocol: 'SASL_PLAINTEXT', properties: passwords },
    { name: 'PASSWORDTLS', port: passwordTls, protocol: 'SASL_SSL', properties: { ...tls, ...passwords } },
    {
      name: 'SHORT',
      port: shortSession,
      protocol: 'SASL_PLAINTEXT',
      properties: { ...passwords, 'scram-sha-256.connections.max.reauth.ms': String(sessionMs) },
    },
    { name: 'MUTUAL', port: mutualTls, protocol: 'SSL', properties: { ...tls, 'ssl.client.auth': 'required' } },
    {
      name: 'TOKEN',
      port: token,
      protocol: 'SASL_SSL',
      properties: {
        ...tls,
        'sasl.enabled.mechanisms': 'OAUTHBEARER',
        'oauthbearer.sasl.jaas.config': `${jaas}.oauthbearer.OAuthBearerLoginModule required;`,
        'oauthbearer.sasl.server.callback.handler.class': `${jaas}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
        'oauthbearer.connections.max.reauth.ms': '3600000',
      },
    },
  ];
  const kafka = await startKafka({
    dataDir: join(folder, 'kafka'),
    port: plain,
    controllerPort,
    listeners,
    scramUsers: (['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map((mechanism) => ({
      name: user,
      password: secret,
      mechanism,
    })),
    properties: {
      'sasl.oauthbearer.jwks.endpoint.url': tokens.keysUrl,
      'sasl.oauthbearer.expected.audience': audience,
      // A stranger's token must not make it ask for its keys for ever.
      'connection.failed.authentication.delay.ms': '50',
    },
    systemProperties: { 'org.apache.kafka.sasl.oauthbearer.allowed.urls': tokens.keysUrl },
  });
  const at = (port: number): readonly string[] => [`127.0.0.1:${port}`];
  return {
    brokers: {
      plain: at(plain),
      password: at(password),
      passwordTls: at(passwordTls),
      shortSession: at(shortSession),
      mutualTls: at(mutualTls),
      token: at(token),
    },
    authority,
    tokens,
    file,
    stop: async () => {
      await kafka.stop();
      await tokens.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
