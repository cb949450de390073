import { createHmac } from 'node:crypto';

export interface SignedWebhook {
  readonly url: string;
  readonly secret: string;
}

export interface TicketText {
  readonly ticket: string;
  readonly eventId: string;
  readonly subject: string;
  readonly description: string;
  readonly email?: string;
}

/** The body Zendesk sends for a new ticket in event mode. */
export function ticketCreated({
  ticket,
  eventId,
  subject,
  description,
  email = 'ada@example.com',
}: TicketText): string {
  const at = new Date().toISOString();
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
    type: 'zen:event-type:ticket.created',
    zendesk_event_version: '2022-11-06',
  });
}

/** Signs by Zendesk's own formula, base64(HMAC-SHA256(secret, timestamp + body)), without the code under test, and sends. */
export async function send(
  { url, secret }: SignedWebhook,
  body: string,
  sentBody: string = body,
): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  const timestamp = new Date().toISOString();
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-zendesk-webhook-signature': createHmac('sha256', secret).update(timestamp).update(body).digest('base64'),
      'x-zendesk-webhook-signature-timestamp': timestamp,
    },
    body: sentBody,
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}
