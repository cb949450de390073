import { defineSource, type Source } from '../source.ts';

const toleranceMs = 5 * 60_000;

/** Stripe's secret counts as text, `whsec_` included; several `v1` signatures come while it rotates. */
export const stripeSource: Source = defineSource({
  name: 'stripe',
  summary: 'Payments, invoices, disputes and every other event of Stripe',
  verifiedBy: 'sdk',
  methods: ['POST'],
  body: { types: [{ kind: 'json' }] },
  verification: {
    kind: 'hmac',
    scheme: 'stripe-v1',
    hash: 'sha256',
    secret: 'utf8',
    signature: {
      header: 'stripe-signature',
      encoding: 'hex',
      format: { kind: 'pairs', separator: ',', assign: '=', version: 'v1' },
    },
    timestamp: { in: { pair: 't' }, unit: 's', toleranceMs },
    signed: ['{timestamp}', '.', '{body}'],
  },
  identity: { signed: 'body:/id' },
  eventType: 'body:/type',
  subject: { anyOf: ['body:/data/object/id', 'body:/related_object/id', 'body:/id'] },
  occurredAt: 'body:/created',
  senderDeadlineMs: 8_000,
  ordered: true,
  subscription:
    'Stripe dashboard › Developers › Webhooks › Add endpoint: paste the address, choose events. The secret is the endpoint’s signing secret (whsec_…), as it is shown.',
});
