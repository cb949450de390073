import { parseArgs } from 'node:util';
import { defineSettings, type Environment, type Setting, serviceSettings, setting } from '@millrace/service';

const vendors = ['zendesk', 'slack', 'http'] as const;
export type Vendor = (typeof vendors)[number];

const ports = setting.list({
  env: 'MILLRACE_SIMULATOR_PORTS',
  description: 'Which simulators to run, and where: `zendesk=8100,slack=8101,http=8102`.',
});

/** Everything the simulators are told. */
export const simulatorSettings: {
  readonly host: Setting<string>;
  readonly logLevel: (typeof serviceSettings)['logLevel'];
  readonly graceMs: Setting<number>;
  readonly parent: (typeof serviceSettings)['parent'];
  readonly ports: Setting<readonly string[]>;
  readonly dataFolder: Setting<string>;
  readonly gatewayUrl: Setting<string | undefined>;
  readonly limits: Setting<'on' | 'off'>;
  readonly zendeskToken: Setting<string>;
  readonly zendeskSigningSecret: Setting<string>;
  readonly slackToken: Setting<string>;
  readonly slackChannels: Setting<readonly string[]>;
  readonly httpSecret: Setting<string>;
} = defineSettings({
  host: serviceSettings.host,
  logLevel: serviceSettings.logLevel,
  graceMs: serviceSettings.graceMs,
  parent: serviceSettings.parent,
  ports,
  dataFolder: setting.path({
    env: 'MILLRACE_DATA_DIR',
    description: 'Folder whose `simulators` subfolder keeps what they received.',
  }),
  gatewayUrl: setting.url({
    env: 'MILLRACE_GATEWAY_URL',
    optional: true,
    description: 'Gateway that the Zendesk simulator fires its webhooks at; none when absent.',
  }),
  limits: setting.oneOf(['on', 'off'], {
    env: 'MILLRACE_SIMULATOR_LIMITS',
    default: 'on',
    description: "Whether the vendors' documented rate limits hold.",
  }),
  zendeskToken: setting.secret({ env: 'ZENDESK_API_TOKEN', description: 'Token that the Zendesk simulator accepts.' }),
  zendeskSigningSecret: setting.secret({
    env: 'ZENDESK_SIGNING_SECRET',
    description: 'Secret that the Zendesk simulator signs its webhooks with.',
  }),
  slackToken: setting.secret({ env: 'SLACK_BOT_TOKEN', description: 'Token that the Slack simulator accepts.' }),
  slackChannels: setting.list({
    env: 'MILLRACE_SIMULATOR_SLACK_CHANNELS',
    default: ['support-urgent', 'support', 'general'],
    description: 'Channels of the Slack simulator, without `#`.',
  }),
  httpSecret: setting.secret({
    env: 'STANDARD_WEBHOOKS_SECRET',
    description: 'Standard Webhooks secret that the HTTP receiver verifies with.',
  }),
});

/** What the command line says over the environment: `--limits on|off`. */
export function environmentWithFlags(environment: Environment, args: readonly string[]): Environment {
  const { values } = parseArgs({ args: [...args], options: { limits: { type: 'string' } } });
  return values.limits === undefined ? environment : { ...environment, MILLRACE_SIMULATOR_LIMITS: values.limits };
}

/** `name=port` pairs, in their order. Throws one sentence that names what is wrong. */
export function parseSimulatorPorts(
  pairs: readonly string[],
): readonly { readonly vendor: Vendor; readonly port: number }[] {
  return pairs.map((pair) => {
    const [name, port] = pair.split('=');
    const vendor = vendors.find((known) => known === name);
    if (vendor === undefined || port === undefined || !/^\d{1,5}$/.test(port)) {
      throw new TypeError(
        `MILLRACE_SIMULATOR_PORTS: expected <${vendors.join('|')}>=<port>, got ${JSON.stringify(pair)}`,
      );
    }
    return { vendor, port: Number(port) };
  });
}
