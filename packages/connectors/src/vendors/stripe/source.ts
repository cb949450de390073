import { defineSource, type Source } from '../../kit/source.ts';

const toleranceMs = 5 * 60_000;

/**
 * Stripe's secret counts as text, `whsec_` included; several `v1` signatures come while it rotates. Classic events hold
 * a snapshot of their object and Unix seconds; thin ones (v2) name it in `related_object`, and their time is ISO 8601.
 */
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
  // What is about no object (a balance) is ordered within the account that it happened in.
  subject: {
    anyOf: ['body:/data/object/id', 'body:/related_object/id', 'body:/account', 'body:/context', 'body:/id'],
  },
  occurredAt: 'body:/created',
  // Whoever has them may finish a payment in the customer's name, or read what an ephemeral key opens.
  credentials: ['body:/data/object/client_secret', 'body:/data/object/secret'],
  senderDeadlineMs: 8_000,
  ordered: true,
  subscription:
    'Stripe dashboard › Developers › Webhooks › Add endpoint: paste the address, choose events. The secret is the endpoint’s signing secret (whsec_…), as it is shown.',
});
