import { defineSource, type Source } from '../../kit/source.ts';
import { normaliseTicket } from './source-normalise.ts';

const toleranceMs = 5 * 60_000;

/**
 * Zendesk signs timestamp and body without a separator. An older page of its documentation shows them the other way
 * round; requests are not signed like that any more, and the sample of that page must not verify.
 */
export const zendeskSource: Source = defineSource({
  name: 'zendesk',
  summary:
    'Tickets from Zendesk: webhooks subscribed to events, and webhooks that a trigger calls with our body template',
  verifiedBy: 'docs',
  methods: ['POST'],
  body: { types: [{ kind: 'json' }] },
  verification: {
    kind: 'hmac',
    scheme: 'zendesk',
    hash: 'sha256',
    secret: 'utf8',
    signature: { header: 'x-zendesk-webhook-signature', encoding: 'base64', format: { kind: 'plain' } },
    timestamp: { in: { header: 'x-zendesk-webhook-signature-timestamp' }, unit: 'iso', toleranceMs },
    signed: ['{timestamp}', '{body}'],
    // What the vendor's own "Test webhook" button signs with: public, so it proves nothing and produces nothing.
    testSecrets: ['dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=='],
  },
  // Event mode carries its id inside the signed body. A trigger's body is the user's own: its `/id` is likely the
  // ticket's, the same for every change, and taking it for the event's would lose all but the first.
  identity: {
    signed: { given: 'body:/zendesk_event_version', select: 'body:/id' },
    delivery: 'header:x-zendesk-webhook-invocation-id',
  },
  eventType: { from: 'body:/type', strip: 'zen:event-type:' },
  subject: { anyOf: [{ from: 'body:/subject', strip: 'zen:ticket:' }, 'body:/ticket/id', 'body:/detail/id'] },
  actor: { anyOf: ['body:/detail/actor_id', 'body:/actor'] },
  occurredAt: { anyOf: ['body:/time', 'body:/ticket/updatedAt'] },
  // Zendesk gives up after 12 s.
  senderDeadlineMs: 10_000,
  ordered: true,
  normalises: ['tickets'],
  normalise: normaliseTicket,
  subscription:
    'Admin Center › Apps and integrations › Webhooks › Create: either subscribe to Ticket events, or connect a trigger whose JSON body is packages/connectors/src/vendors/zendesk/trigger-template.json. Request method POST, format JSON. Copy the signing secret into the secret of this source.',
});
