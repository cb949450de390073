import type { Ticket } from '@millrace/contracts';
import type { Envelope } from '@millrace/messaging';

/** A message as a stage gets it from its source topic. */
export function anEnvelope<T>(data: T, over: Partial<Envelope<T>> = {}): Envelope<T> {
  const position = { topic: 'webhooks.received.v1', partition: 2, offset: 42 };
  return {
    id: '6f1c0c8e-0000-5000-8000-000000000001',
    source: 'test',
    type: 'test',
    time: '2026-11-20T10:12:07.000Z',
    correlationid: '6f1c0c8e-0000-5000-8000-000000000001',
    causationid: null,
    generation: 0,
    traceparent: null,
    key: 'helpdesk:35436',
    data,
    origin: { ...position, timestamp: 1_795_170_000_001 },
    delivery: { position, through: 'source', attempt: 0, replay: null },
    ...over,
  };
}

/** Where that message came in, as the entity's record keeps it. */
export const receivedTicket = {
  sequence: '001795169527672-0000000000000000042',
  receivedAt: 1_795_170_000_000,
  source: 'helpdesk',
  raw: null,
  deletion: null,
} as const;

export function aTicketEntity(over: Partial<Ticket> = {}): Ticket {
  return {
    id: '35436',
    subject: 'Card declined',
    description: null,
    status: 'new',
    priority: null,
    channel: null,
    requester: { id: '1', name: 'Ana', email: 'ana@northwind.example', emailDomain: 'northwind.example' },
    tags: [],
    assignee: null,
    group: null,
    url: null,
    createdAt: null,
    updatedAt: null,
    attributes: {},
    ...over,
  };
}
