import { describe, expect, it } from '@jest/globals';
import { defineSettings, loadSettings, SettingsError } from '@millrace/service';
import { accessWarnings } from '../../src/access/access.ts';
import { kafkaSettings } from '../../src/index.ts';

const definition = defineSettings(kafkaSettings);
const rest = { MILLRACE_KAFKA_BROKERS: 'kafka:9092', MILLRACE_REGISTRY_URL: 'http://registry' };
const prefixed = (env: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [`MILLRACE_KAFKA_${name}`, value]));

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadSettings(definition, { ...rest, ...prefixed(env) });
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ env: name, problem }) => `${name.replace('MILLRACE_KAFKA_', '')} ${problem}`);
  }
}

describe('settings of reaching Kafka', () => {
  it.each([
    ['nothing', {}],
    ['a password', { SASL: 'scram-sha-512', USERNAME: 'a', PASSWORD: 'b' }],
    ['a password in a file', { SASL: 'plain', USERNAME: 'a', PASSWORD_FILE: '/p', TLS: 'true' }],
    ['certificates', { TLS: 'true', CA_FILE: '/ca', CERTIFICATE_FILE: '/c', KEY_FILE: '/k', KEY_PASSPHRASE: 'x' }],
    ['a token file', { TLS: 'true', SASL: 'oauthbearer', TOKEN_FILE: '/t', SASL_EXTENSIONS: 'logicalCluster=lkc-1' }],
    [
      'a token endpoint',
      {
        TLS: 'true',
        SASL: 'oauthbearer',
        TOKEN_URL: 'https://login/token',
        TOKEN_CLIENT_ID: 'a',
        TOKEN_CLIENT_SECRET: 'b',
        TOKEN_SCOPE: 's',
      },
    ],
  ])('agree with each other: %s', (_, env) => {
    expect(problemsOf(env)).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, readonly RegExp[]]>([
    ['a login without who', { SASL: 'scram-sha-256' }, [/^USERNAME missing/, /^PASSWORD missing/]],
    [
      'a password twice',
      { SASL: 'plain', USERNAME: 'a', PASSWORD: 'b', PASSWORD_FILE: '/p' },
      [/^PASSWORD_FILE .*one of them/],
    ],
    [
      'who without a login',
      { USERNAME: 'a', PASSWORD: 'b' },
      [/^USERNAME .*nobody would log in/, /^PASSWORD .*nobody/],
    ],
    ['a certificate without its key', { TLS: 'true', CERTIFICATE_FILE: '/c' }, [/^KEY_FILE missing/]],
    ['a key without its certificate', { TLS: 'true', KEY_FILE: '/k' }, [/^CERTIFICATE_FILE missing/]],
    ['a passphrase of nothing', { TLS: 'true', KEY_PASSPHRASE: 'x' }, [/^KEY_PASSPHRASE .*no MILLRACE_KAFKA_KEY_FILE/]],
    ['certificates without TLS', { CA_FILE: '/ca' }, [/^CA_FILE .*nothing would be encrypted/]],
    ['a token from nowhere', { SASL: 'oauthbearer' }, [/^TOKEN_URL missing/]],
    [
      'a token endpoint without who',
      { SASL: 'oauthbearer', TOKEN_URL: 'https://login/token' },
      [/^TOKEN_CLIENT_ID missing/, /^TOKEN_CLIENT_SECRET missing/],
    ],
    [
      'two tokens',
      { SASL: 'oauthbearer', TOKEN_FILE: '/t', TOKEN_URL: 'https://l', TOKEN_CLIENT_ID: 'a', TOKEN_CLIENT_SECRET: 'b' },
      [/^TOKEN_FILE .*one of them/],
    ],
    [
      'a scope for a file',
      { SASL: 'oauthbearer', TOKEN_FILE: '/t', TOKEN_SCOPE: 's' },
      [/^TOKEN_SCOPE .*no MILLRACE_KAFKA_TOKEN_URL/],
    ],
    [
      'a token for a password',
      { SASL: 'plain', USERNAME: 'a', PASSWORD: 'b', TOKEN_FILE: '/t' },
      [/^TOKEN_FILE .*with a password/],
    ],
    ['a password for a token', { SASL: 'oauthbearer', TOKEN_FILE: '/t', PASSWORD: 'b' }, [/^PASSWORD .*with a token/]],
    [
      'an extension that is none',
      { SASL: 'oauthbearer', TOKEN_FILE: '/t', SASL_EXTENSIONS: 'a=b,nonsense' },
      [/^SASL_EXTENSIONS expected name=value/],
    ],
  ])('contradict each other: %s', (_, env, expected) => {
    const problems = problemsOf(env);
    expect(problems).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern);
  });

  it('are reported together with what is wrong by itself, once, and never with a secret', () => {
    const problems = problemsOf({
      BROKERS: '',
      TLS: 'perhaps',
      SASL: 'scram-sha-256',
      PASSWORD: 'hunter2',
      KEY_FILE: '/k',
    });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'BROKERS',
      'TLS',
      'CERTIFICATE_FILE',
      'USERNAME',
    ]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('that send a secret in clear text are a warning', () => {
    expect(accessWarnings({ saslMechanism: 'plain' })).toEqual([expect.stringContaining('has the password')]);
    expect(accessWarnings({ tls: true, saslMechanism: 'oauthbearer', saslTokenUrl: 'http://login' })).toEqual([
      expect.stringContaining('MILLRACE_KAFKA_TOKEN_URL is not https'),
    ]);
    expect(accessWarnings({ saslMechanism: 'scram-sha-512' })).toEqual([]);
    expect(accessWarnings({ tls: true, saslMechanism: 'plain' })).toEqual([]);
  });
});
