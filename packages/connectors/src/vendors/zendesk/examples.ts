import { createHash } from 'node:crypto';
import { cut } from '@millrace/text';
import { people, senderOf } from '../../kit/example-people.ts';
import type { ExampleFacts, Examples, WebhookBody } from '../../kit/examples.ts';

interface TicketFacts extends ExampleFacts {
  readonly urgent?: boolean;
  /** A customer of this domain; any when absent. */
  readonly domain?: string | undefined;
}

const firstTicket = 35_000;

/** Vendor ids that look like the vendor's and are the same for the same sample. */
const idOf = (kind: string, n: number): string =>
  createHash('sha256').update(`${kind}:${n}`).digest('hex').slice(0, 26).toUpperCase();

const ticketId = (n: number): string => String(firstTicket + n);

const subjectOf = (text: string): string => cut(text, 60, { mark: '…' }).replace(/[\r\n]+/g, ' ');

const urgencies = [
  'This is urgent, please help me as soon as possible!',
  'It is an emergency: I am abroad and cannot pay for anything.',
  'Please act immediately, somebody is using my account right now!',
];

/** A ticket's whole text: what was said, and how pressing it is. */
const descriptionOf = ({ n, text, urgent = false }: TicketFacts): string =>
  urgent ? `${text}\n\n${urgencies[n % urgencies.length]}` : text;

/** A webhook subscribed to ticket events, as Zendesk sends it. */
const ticketCreated = (sample: TicketFacts): WebhookBody => {
  const { n, now } = sample;
  const sender = senderOf(n, sample.domain);
  return event(n, now, {
    subject: subjectOf(sample.text),
    description: descriptionOf(sample),
    requester: { id: sender.id, name: sender.name, email: sender.email },
    requester_id: sender.id,
    submitter_id: sender.id,
    actor_id: sender.id,
    via: { channel: n % 3 === 0 ? 'email' : 'web_service' },
    tags: n % 4 === 0 ? ['mobile'] : [],
  });
};

/** The same with neither subject nor description, as a dropped chat leaves it: nothing that could be a ticket. */
const ticketWithoutText = (n: number, now: Date): WebhookBody =>
  event(n, now, {
    subject: null,
    description: null,
    requester_id: senderOf(n).id,
    submitter_id: senderOf(n).id,
    actor_id: senderOf(n).id,
    via: { channel: 'chat' },
    tags: [],
  });

const event = (n: number, now: Date, detail: object): WebhookBody => {
  const id = ticketId(n);
  const at = now.toISOString();
  return {
    headers: {
      'user-agent': 'Zendesk Webhook',
      'x-zendesk-account-id': '22129848',
      'x-zendesk-webhook-id': '01H8MK5QV7S9Z4N8T2X6C3B1A0',
      'x-zendesk-webhook-invocation-id': idOf('invocation', n),
    },
    body: JSON.stringify({
      type: 'zen:event-type:ticket.created',
      account_id: 22_129_848,
      id: idOf('event', n),
      time: at,
      zendesk_event_version: '2022-11-06',
      subject: `zen:ticket:${id}`,
      event: {},
      detail: {
        id,
        status: 'NEW',
        priority: null,
        type: null,
        assignee_id: null,
        group_id: null,
        organization_id: null,
        brand_id: '8447346621310',
        is_public: true,
        created_at: at,
        updated_at: at,
        ...detail,
      },
    }),
  };
};

/** What a trigger sends with our body template: here, that the customer wrote again. */
const ticketUpdated = (sample: TicketFacts & { readonly ticket: number }): WebhookBody => {
  const { n, ticket, now } = sample;
  const sender = senderOf(ticket, sample.domain);
  const at = now.toISOString();
  return {
    headers: {
      'user-agent': 'Zendesk Webhook',
      'x-zendesk-webhook-id': '01H8MK5QV7S9Z4N8T2X6C3B1A1',
      'x-zendesk-webhook-invocation-id': idOf('invocation', n),
    },
    body: JSON.stringify({
      type: 'ticket.updated',
      actor: sender.id,
      ticket: {
        id: ticketId(ticket),
        subject: subjectOf(sample.text),
        description: descriptionOf(sample),
        status: 'Open',
        priority: '',
        type: 'Question',
        channel: 'Web form',
        requester: { id: sender.id, name: sender.name, email: sender.email },
        tags: 'reopened',
        assignee: '',
        group: '',
        organization: '',
        externalId: '',
        url: `millrace.zendesk.com/agent/tickets/${ticketId(ticket)}`,
        createdAt: at,
        updatedAt: at,
      },
    }),
  };
};

export const zendeskExamples: Examples = {
  ticket: ticketCreated,
  'ticket-urgent': (facts) => ticketCreated({ ...facts, urgent: true }),
  /** A trigger's own body about a ticket sent before. */
  'ticket-update': (facts) => ticketUpdated({ ...facts, ticket: Math.max(0, facts.n - 5) }),
  /** Of a customer whose tickets go to a channel that does not exist. */
  'poison-channel': (facts) =>
    ticketCreated({ ...facts, domain: people.enterprise[facts.n % people.enterprise.length] }),
  /** A ticket without any text: it cannot be normalised. */
  'poison-ticket': ({ n, now }) => ticketWithoutText(n, now),
};
