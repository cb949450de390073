import { type Connector, defineConnector } from '../../kit/connector.ts';

export const connector: Connector = defineConnector({
  name: 'github',
  label: 'GitHub',
  category: 'code',
  api: { version: '2022-11-28', sunset: null },
  setup: `Repository or organisation › Settings › Webhooks › Add webhook: the address of the source, content type
\`application/json\`, a random secret (the source's \`secret\`), and only the events that a flow reads, such as *Issues*. A
webhook of a GitHub App needs *Issues: read-only*.`,
  source: async () => (await import('./source.ts')).githubSource,
  examples: async () => (await import('./examples.ts')).githubExamples,
  sampleSecrets: { GITHUB_WEBHOOK_SECRET: (random) => random(24).toString('base64url') },
});
