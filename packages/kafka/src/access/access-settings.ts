import { type GivenSettings, type Setting, type SettingProblem, setting, withRule } from '@millrace/service';

export type SaslMechanism = 'none' | 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer';

/** How the brokers are reached and shown who we are. What is absent is not used. */
export interface AccessSettings {
  readonly tls?: boolean;
  readonly tlsCaFile?: string | undefined;
  readonly tlsCertificateFile?: string | undefined;
  readonly tlsKeyFile?: string | undefined;
  readonly tlsKeyPassphrase?: string | undefined;
  readonly tlsServerName?: string | undefined;
  /** `none` when absent. */
  readonly saslMechanism?: SaslMechanism;
  readonly saslUsername?: string | undefined;
  readonly saslPassword?: string | undefined;
  readonly saslPasswordFile?: string | undefined;
  readonly saslTokenFile?: string | undefined;
  readonly saslTokenUrl?: string | undefined;
  readonly saslTokenClientId?: string | undefined;
  readonly saslTokenClientSecret?: string | undefined;
  readonly saslTokenScope?: string | undefined;
  readonly saslTokenAudience?: string | undefined;
  readonly saslTokenCaFile?: string | undefined;
  readonly saslExtensions?: readonly string[];
}

type Declared<T> = { readonly [Name in keyof T]-?: Setting<Required<T>[Name]> };

/** The variables, for messages that say which one to mend. */
export const accessEnv: Readonly<Record<keyof AccessSettings, string>> = {
  tls: 'MILLRACE_KAFKA_TLS',
  tlsCaFile: 'MILLRACE_KAFKA_CA_FILE',
  tlsCertificateFile: 'MILLRACE_KAFKA_CERTIFICATE_FILE',
  tlsKeyFile: 'MILLRACE_KAFKA_KEY_FILE',
  tlsKeyPassphrase: 'MILLRACE_KAFKA_KEY_PASSPHRASE',
  tlsServerName: 'MILLRACE_KAFKA_SERVER_NAME',
  saslMechanism: 'MILLRACE_KAFKA_SASL',
  saslUsername: 'MILLRACE_KAFKA_USERNAME',
  saslPassword: 'MILLRACE_KAFKA_PASSWORD',
  saslPasswordFile: 'MILLRACE_KAFKA_PASSWORD_FILE',
  saslTokenFile: 'MILLRACE_KAFKA_TOKEN_FILE',
  saslTokenUrl: 'MILLRACE_KAFKA_TOKEN_URL',
  saslTokenClientId: 'MILLRACE_KAFKA_TOKEN_CLIENT_ID',
  saslTokenClientSecret: 'MILLRACE_KAFKA_TOKEN_CLIENT_SECRET',
  saslTokenScope: 'MILLRACE_KAFKA_TOKEN_SCOPE',
  saslTokenAudience: 'MILLRACE_KAFKA_TOKEN_AUDIENCE',
  saslTokenCaFile: 'MILLRACE_KAFKA_TOKEN_CA_FILE',
  saslExtensions: 'MILLRACE_KAFKA_SASL_EXTENSIONS',
};

type AccessName = keyof AccessSettings;

/** Each of no use without TLS, a password, a token endpoint, a token. */
const tlsOnly: readonly AccessName[] = [
  'tlsCaFile',
  'tlsCertificateFile',
  'tlsKeyFile',
  'tlsKeyPassphrase',
  'tlsServerName',
];
const passwordOnly: readonly AccessName[] = ['saslUsername', 'saslPassword', 'saslPasswordFile'];
const endpointOnly: readonly AccessName[] = [
  'saslTokenClientId',
  'saslTokenClientSecret',
  'saslTokenScope',
  'saslTokenAudience',
  'saslTokenCaFile',
];
const tokenOnly: readonly AccessName[] = ['saslTokenFile', 'saslTokenUrl', ...endpointOnly, 'saslExtensions'];

/** Everything about reaching the brokers that contradicts itself, each with the variable that mends it. */
export function accessProblems(settings: GivenSettings): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  const given = (name: AccessName): boolean => settings.isGiven(name);
  const report = (name: AccessName, problem: string): void => {
    problems.push({ env: accessEnv[name], problem });
  };
  const useless = (names: readonly AccessName[], why: string): void => {
    for (const name of names.filter(given)) report(name, `is set, ${why}`);
  };

  if (settings.value('tls') === false) useless(tlsOnly, `but ${accessEnv.tls} is not true: nothing would be encrypted`);
  if (given('tlsCertificateFile') && !given('tlsKeyFile'))
    report('tlsKeyFile', `missing; ${accessEnv.tlsCertificateFile} needs its private key`);
  if (given('tlsKeyFile') && !given('tlsCertificateFile'))
    report('tlsCertificateFile', `missing; ${accessEnv.tlsKeyFile} is of no use without its certificate`);
  if (given('tlsKeyPassphrase') && !given('tlsKeyFile') && !given('tlsCertificateFile'))
    report('tlsKeyPassphrase', `is set, but there is no ${accessEnv.tlsKeyFile}`);

  const mechanism = settings.value('saslMechanism') as SaslMechanism | undefined;
  const named = `${accessEnv.saslMechanism}=${mechanism}`;
  switch (mechanism) {
    case undefined:
      break; // refused by itself
    case 'none':
      useless([...passwordOnly, ...tokenOnly], `but ${named}: nobody would log in`);
      break;
    case 'oauthbearer':
      useless(passwordOnly, `but ${named} logs in with a token`);
      problems.push(...tokenProblems(settings));
      break;
    default:
      useless(tokenOnly, `but ${named} logs in with a password`);
      if (!given('saslUsername')) report('saslUsername', `missing; ${named} needs it`);
      if (!given('saslPassword') && !given('saslPasswordFile'))
        report('saslPassword', `missing; ${named} needs it, or ${accessEnv.saslPasswordFile}`);
      if (given('saslPassword') && given('saslPasswordFile'))
        report('saslPasswordFile', `is set, and so is ${accessEnv.saslPassword}; one of them`);
  }
  return problems;
}

function tokenProblems({ isGiven, value }: GivenSettings): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  const { saslTokenUrl: url, saslTokenFile: file, saslExtensions } = accessEnv;
  if (isGiven('saslTokenFile') && isGiven('saslTokenUrl'))
    problems.push({ env: file, problem: `is set, and so is ${url}; one of them` });
  if (!isGiven('saslTokenFile') && !isGiven('saslTokenUrl'))
    problems.push({ env: url, problem: `missing; oauthbearer needs it, or ${file}` });
  if (isGiven('saslTokenUrl')) {
    for (const name of ['saslTokenClientId', 'saslTokenClientSecret'] as const)
      if (!isGiven(name)) problems.push({ env: accessEnv[name], problem: `missing; ${url} needs it` });
  } else {
    for (const name of endpointOnly.filter((each) => isGiven(each)))
      problems.push({ env: accessEnv[name], problem: `is set, but there is no ${url}` });
  }
  const extensions = value('saslExtensions');
  if (Array.isArray(extensions) && !extensions.every((each) => /^[A-Za-z]+=[\x20-\x7e]+$/.test(String(each))))
    problems.push({ env: saslExtensions, problem: 'expected name=value, name=value; a name has letters only' });
  return problems;
}

/** How a service reaches the brokers; composed into `kafkaSettings`. */
export const accessSettings: Declared<AccessSettings> = {
  tls: setting.boolean({
    env: accessEnv.tls,
    default: false,
    description: 'Whether connections to Kafka use TLS.',
  }),
  tlsCaFile: setting.path({
    env: accessEnv.tlsCaFile,
    optional: true,
    description:
      'PEM file of the certificates that sign the brokers’; those that Node trusts when absent. This and the next two are read again for every connection, so that renewing them needs no restart.',
  }),
  tlsCertificateFile: setting.path({
    env: accessEnv.tlsCertificateFile,
    optional: true,
    description: 'PEM file of our own certificate and those between it and its root, for brokers that ask for one.',
  }),
  tlsKeyFile: setting.path({
    env: accessEnv.tlsKeyFile,
    optional: true,
    description: 'PEM file of that certificate’s private key.',
  }),
  tlsKeyPassphrase: setting.secret({
    env: accessEnv.tlsKeyPassphrase,
    optional: true,
    description: 'What the private key is encrypted with.',
  }),
  tlsServerName: setting.string({
    env: accessEnv.tlsServerName,
    optional: true,
    description:
      'Name that the brokers’ certificates are checked for, where it is not the one that they are reached by.',
  }),
  saslMechanism: withRule(
    setting.oneOf(['none', 'plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'], {
      env: accessEnv.saslMechanism,
      default: 'none',
      description: 'How Kafka is shown who we are.',
    }),
    accessProblems,
  ),
  saslUsername: setting.string({
    env: accessEnv.saslUsername,
    optional: true,
    description: 'User name for `plain` and `scram-*`.',
  }),
  saslPassword: setting.secret({
    env: accessEnv.saslPassword,
    optional: true,
    description: 'Password for `plain` and `scram-*`.',
  }),
  saslPasswordFile: setting.path({
    env: accessEnv.saslPasswordFile,
    optional: true,
    description: 'File with that password instead, read again for every login.',
  }),
  saslTokenFile: setting.path({
    env: accessEnv.saslTokenFile,
    optional: true,
    description: 'File with the token for `oauthbearer`, read again for every login: something else renews it.',
  }),
  saslTokenUrl: setting.url({
    env: accessEnv.saslTokenUrl,
    optional: true,
    description:
      'Token endpoint for `oauthbearer` instead (OAuth 2 client credentials); the token is renewed before it is over.',
    example: 'https://login.example.com/oauth2/token',
  }),
  saslTokenClientId: setting.string({
    env: accessEnv.saslTokenClientId,
    optional: true,
    description: 'Client id at the token endpoint.',
  }),
  saslTokenClientSecret: setting.secret({
    env: accessEnv.saslTokenClientSecret,
    optional: true,
    description: 'Client secret at the token endpoint.',
  }),
  saslTokenScope: setting.string({
    env: accessEnv.saslTokenScope,
    optional: true,
    description: 'Scope to ask the token endpoint for.',
  }),
  saslTokenAudience: setting.string({
    env: accessEnv.saslTokenAudience,
    optional: true,
    description: 'Audience to ask the token endpoint for, where it wants one.',
  }),
  saslTokenCaFile: setting.path({
    env: accessEnv.saslTokenCaFile,
    optional: true,
    description: 'PEM file of the certificates that sign the token endpoint’s, where it is not a public one.',
  }),
  saslExtensions: setting.list({
    env: accessEnv.saslExtensions,
    default: [],
    description: 'What is sent along with the token, `name=value` with commas between.',
    example: 'logicalCluster=lkc-1,identityPoolId=pool-1',
  }),
};
