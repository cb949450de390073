import { type SignedWebhook, type TicketEvent, ticketBody, zendeskHeaders } from '@millrace/system/zendesk-ticket';

/** The body Zendesk sends for a ticket that was made just now. */
export function ticketCreated(event: Omit<TicketEvent, 'at'>): string {
  return ticketBody({ ...event, at: new Date().toISOString() });
}

/** Signs one body and sends it, or another one. */
export async function send(
  { url, secret }: SignedWebhook,
  body: string,
  sentBody: string = body,
): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: zendeskHeaders(secret, body, Date.now()),
    body: sentBody,
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}
