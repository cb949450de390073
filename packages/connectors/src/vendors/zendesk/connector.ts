import { setting } from '@millrace/service';
import { type Connector, defineConnector } from '../../kit/connector.ts';
import { defineSimulator } from '../../kit/simulator/simulator-manifest.ts';

export const connector: Connector = defineConnector({
  name: 'zendesk',
  label: 'Zendesk',
  category: 'support',
  api: { version: 'v2', sunset: null },
  setup: `To receive: Admin Center › Apps and integrations › Webhooks › Create: subscribe to ticket events, or connect a
trigger with the JSON body of \`trigger-template.json\`. POST, JSON; the signing secret is the source's \`secret\`. To
write: Apps and integrations › APIs › OAuth clients, scopes \`tickets:read tickets:write\`. API tokens still work where they
exist; Zendesk makes no new ones since 2026-10-27 and ends them on 2027-04-30.`,
  source: async () => (await import('./source.ts')).zendeskSource,
  sink: async () => (await import('./sink.ts')).zendeskSink,
  examples: async () => (await import('./examples.ts')).zendeskExamples,
  simulator: defineSimulator({
    port: 20,
    settings: {
      token: setting.secret({ env: 'ZENDESK_API_TOKEN', description: 'Token that the Zendesk simulator accepts.' }),
      signingSecret: setting.secret({
        env: 'ZENDESK_SIGNING_SECRET',
        description: 'Secret that the Zendesk simulator signs its webhooks with.',
      }),
    },
    load: async () => {
      const { createZendeskSimulator } = await import('./simulator.ts');
      return (options, settings) =>
        createZendeskSimulator({ ...options, ...settings, webhookUrl: options.receiver('zendesk') });
    },
  }),
  sampleSecrets: {
    ZENDESK_SIGNING_SECRET: (random) => random(32).toString('base64'),
    ZENDESK_API_TOKEN: (random) => random(20).toString('base64url'),
  },
});
