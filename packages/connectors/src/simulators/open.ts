import { join } from 'node:path';
import type { SettingsOf } from '@millrace/service';
import { createHttpSimulator } from '../http/simulator.ts';
import { createSlackSimulator } from '../slack/simulator.ts';
import { createZendeskSimulator } from '../zendesk/simulator.ts';
import { parseSimulatorPorts, type simulatorSettings, type Vendor } from './config.ts';
import type { Simulator, SimulatorOptions } from './simulator.ts';

/** The simulators that the settings ask for, not yet listening. */
export function simulatorsOf(settings: SettingsOf<typeof simulatorSettings>, now: () => number): readonly Simulator[] {
  const make: Readonly<Record<Vendor, (options: SimulatorOptions) => Simulator>> = {
    zendesk: (options) =>
      createZendeskSimulator({
        ...options,
        token: settings.zendeskToken,
        signingSecret: settings.zendeskSigningSecret,
        webhookUrl:
          settings.gatewayUrl === undefined ? null : new URL('/v1/webhooks/zendesk', settings.gatewayUrl).href,
      }),
    slack: (options) =>
      createSlackSimulator({ ...options, token: settings.slackToken, channels: settings.slackChannels }),
    http: (options) => createHttpSimulator({ ...options, secret: settings.httpSecret }),
  };
  return parseSimulatorPorts(settings.ports).map(({ vendor, port }) =>
    make[vendor]({
      host: settings.host,
      port,
      dataFolder: join(settings.dataFolder, 'simulators'),
      limits: settings.limits === 'on',
      now,
    }),
  );
}
