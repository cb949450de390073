import type { Webhook } from './sender.ts';

/** Event-mode Zendesk webhooks, each a new ticket with its own event id. `run` keeps two runs on one data folder apart. */
export function ticketWebhooks(
  run: string,
  texts: readonly string[],
  random: () => number,
  now: () => number,
): (index: number) => Webhook {
  return (index) => {
    const ticket = String(10_000_000 + index);
    const text = texts[Math.floor(random() * texts.length)] ?? 'Where is my card?';
    const at = new Date(now()).toISOString();
    const body = {
      account_id: 22129848,
      detail: {
        actor_id: '8447388090494',
        assignee_id: null,
        brand_id: '8447346621310',
        created_at: at,
        custom_status: null,
        description: text,
        external_id: null,
        form_id: '8646151517822',
        group_id: null,
        id: ticket,
        is_public: true,
        organization_id: null,
        priority: null,
        requester_id: '8447388090494',
        requester: { id: '8447388090494', name: 'Ada Example', email: 'ada@example.com' },
        status: 'NEW',
        subject: text.slice(0, 80),
        submitter_id: '8447388090494',
        tags: [],
        type: null,
        updated_at: at,
        via: { channel: 'web_service' },
      },
      event: {},
      id: `${run}-${index}`,
      subject: `zen:ticket:${ticket}`,
      time: at,
      type: 'zen:event-type:ticket.created',
      zendesk_event_version: '2022-11-06',
    };
    return { ticket, body: JSON.stringify(body) };
  };
}
