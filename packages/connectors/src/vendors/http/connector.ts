import { setting } from '@millrace/service';
import { type Connector, defineConnector } from '../../kit/connector.ts';
import { defineSimulator } from '../../kit/simulator/simulator-manifest.ts';

export const connector: Connector = defineConnector({
  name: 'http',
  label: 'HTTP receiver',
  category: 'protocol',
  api: null,
  setup: `Any address that takes a POST and answers 2xx when it has the message for good. With a \`secret\`
(\`whsec_\` and base64) each message is signed as Standard Webhooks describes it; the receiver takes one id once.`,
  sink: async () => (await import('./sink.ts')).httpSink,
  simulator: defineSimulator({
    port: 22,
    settings: {
      secret: setting.secret({
        env: 'HTTP_SIGNING_SECRET',
        description: 'Standard Webhooks secret that the HTTP receiver verifies with.',
      }),
    },
    load: async () => {
      const { createHttpSimulator } = await import('./simulator.ts');
      return (options, { secret }) => createHttpSimulator({ ...options, secret });
    },
  }),
  sampleSecrets: { HTTP_SIGNING_SECRET: (random) => `whsec_${random(24).toString('base64')}` },
});
