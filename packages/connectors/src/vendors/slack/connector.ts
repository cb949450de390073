import { setting } from '@millrace/service';
import { type Connector, defineConnector } from '../../kit/connector.ts';
import { defineSimulator } from '../../kit/simulator/simulator-manifest.ts';

export const connector: Connector = defineConnector({
  name: 'slack',
  label: 'Slack',
  category: 'chat',
  // The Web API has no versions.
  api: null,
  setup: `[api.slack.com/apps](https://api.slack.com/apps) › Create New App. To write: OAuth & Permissions › bot token scopes
\`chat:write\`, \`channels:read\`, \`channels:history\`; install, copy the bot token, invite the app to the channel. To
receive: Basic Information › Signing Secret is the source's \`secret\`; Event Subscriptions › the address of the source.`,
  source: async () => (await import('./source.ts')).slackSource,
  sink: async () => (await import('./sink.ts')).slackSink,
  simulator: defineSimulator({
    port: 21,
    settings: {
      token: setting.secret({ env: 'SLACK_BOT_TOKEN', description: 'Token that the Slack simulator accepts.' }),
      channels: setting.list({
        env: 'MILLRACE_SIMULATOR_SLACK_CHANNELS',
        default: ['support-urgent', 'support', 'general'],
        description: 'Channels of the Slack simulator, without `#`.',
      }),
    },
    load: async () => {
      const { createSlackSimulator } = await import('./simulator.ts');
      return (options, settings) => createSlackSimulator({ ...options, ...settings });
    },
  }),
  sampleSecrets: {
    SLACK_SIGNING_SECRET: (random) => random(16).toString('hex'),
    SLACK_BOT_TOKEN: (random) => `xoxb-${random(24).toString('base64url')}`,
  },
});
