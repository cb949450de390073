import { createHmac } from 'node:crypto';

export interface SignedWebhook {
  readonly url: string;
  readonly secret: string;
}

/** What a sender says of a ticket; the rest is as Zendesk fills it in. */
export interface TicketEvent {
  readonly ticket: string;
  /** What Zendesk repeats on each try. */
  readonly eventId: string;
  /** `created`, `priority_changed`, … */
  readonly type?: string;
  readonly subject: string;
  readonly description: string;
  readonly email?: string;
  /** ISO 8601. */
  readonly at: string;
}

/** The body of Zendesk's event mode, one event each. */
export function ticketBody(event: TicketEvent): string {
  const { ticket, eventId, type = 'created', subject, description, email = 'ada@example.com', at } = event;
  return JSON.stringify({
    account_id: 22129848,
    detail: {
      actor_id: '8447388090494',
      assignee_id: null,
      brand_id: '8447346621310',
      created_at: at,
      custom_status: null,
      description,
      external_id: null,
      form_id: '8646151517822',
      group_id: null,
      id: ticket,
      is_public: true,
      organization_id: null,
      priority: null,
      requester_id: '8447388090494',
      requester: { id: '8447388090494', name: 'Ada Example', email },
      status: 'NEW',
      subject,
      submitter_id: '8447388090494',
      tags: [],
      type: null,
      updated_at: at,
      via: { channel: 'web_service' },
    },
    event: {},
    id: eventId,
    subject: `zen:ticket:${ticket}`,
    time: at,
    type: `zen:event-type:ticket.${type}`,
    zendesk_event_version: '2022-11-06',
  });
}

/** Zendesk's own formula, base64(HMAC-SHA256(secret, timestamp + body)), made here and not by the code under test. */
export function zendeskHeaders(secret: string, body: string, now: number): Readonly<Record<string, string>> {
  const timestamp = new Date(now).toISOString();
  return {
    'content-type': 'application/json',
    'x-zendesk-webhook-signature': createHmac('sha256', secret).update(timestamp).update(body).digest('base64'),
    'x-zendesk-webhook-signature-timestamp': timestamp,
  };
}
