import { type Connector, defineConnector } from '../../kit/connector.ts';

export const connector: Connector = defineConnector({
  name: 'stripe',
  label: 'Stripe',
  category: 'payments',
  // An endpoint keeps the version that it was made with.
  api: null,
  setup: `Workbench › Webhooks › Create an event destination: the address of the source, and only the events that a flow
reads; snapshot and thin payloads are both taken. The signing secret (\`whsec_…\`) is the source's \`secret\`.`,
  source: async () => (await import('./source.ts')).stripeSource,
  sampleSecrets: { STRIPE_SIGNING_SECRET: (random) => `whsec_${random(24).toString('base64url')}` },
});
