import { defineSource, type Source } from '../../kit/source.ts';

const toleranceMs = 5 * 60_000;

/**
 * Any sender that follows the Standard Webhooks specification. The id is part of the signed content, so it is proof
 * against replay. What the events are about is the sender's own, so they carry no order.
 */
export const standardWebhooksSource: Source = defineSource({
  name: 'standard-webhooks',
  summary: 'Any sender that signs as the Standard Webhooks specification says',
  verifiedBy: 'vector',
  methods: ['POST'],
  body: { types: [{ kind: 'json' }] },
  verification: {
    kind: 'hmac',
    scheme: 'standard-webhooks-v1',
    hash: 'sha256',
    secret: 'standard-webhooks',
    signature: {
      header: 'webhook-signature',
      encoding: 'base64',
      format: { kind: 'pairs', separator: ' ', assign: ',', version: 'v1' },
    },
    timestamp: { in: { header: 'webhook-timestamp' }, unit: 's', toleranceMs },
    signed: ['{header:webhook-id}', '.', '{timestamp}', '.', '{body}'],
  },
  identity: { signed: 'header:webhook-id' },
  eventType: 'body:/type',
  occurredAt: 'body:/timestamp',
  // The specification advises senders to wait 15 s at least.
  senderDeadlineMs: 12_000,
  ordered: false,
  subscription: 'Paste the address where the sender asks for an endpoint; the secret is the one it shows (whsec_…).',
});
