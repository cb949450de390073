import { type Connector, defineConnector } from '../../kit/connector.ts';

export const connector: Connector = defineConnector({
  name: 'standard-webhooks',
  label: 'Standard Webhooks',
  category: 'protocol',
  api: { version: '1.0.0', sunset: null },
  setup: `Any sender that signs as [Standard Webhooks](https://www.standardwebhooks.com) describes: give it the address of the
source, and put the secret that it shows (\`whsec_\` and base64) into the source's \`secret\`.`,
  source: async () => (await import('./source.ts')).standardWebhooksSource,
  sampleSecrets: { STANDARD_WEBHOOKS_SECRET: (random) => `whsec_${random(24).toString('base64')}` },
});
