import type { CanonicalEntity, EntityEnriched, LookupMatch, Ticket } from '@millrace/contracts';
import type { Envelope } from '@millrace/messaging';
import type { Judgement, JudgementRequest, Model } from '@millrace/models';

export const never: AbortSignal = new AbortController().signal;

export function aTicket(
  over: Partial<Ticket> = {},
  context: Readonly<Record<string, LookupMatch>> = {},
): EntityEnriched<Ticket> {
  const entity: Ticket = {
    id: '35436',
    subject: 'Card declined',
    description: 'My card was declined at the shop.',
    status: 'new',
    priority: null,
    channel: null,
    requester: { id: '1', name: 'Ana', email: 'ana@northwind.example', emailDomain: 'northwind.example' },
    tags: [],
    assignee: null,
    group: null,
    url: 'https://example.com/tickets/35436',
    createdAt: null,
    updatedAt: null,
    attributes: {},
    ...over,
  };
  return {
    sequence: '001795169527672-0000000000000000042',
    receivedAt: 1_795_170_000_000,
    source: 'zendesk',
    raw: null,
    entity,
    context,
  };
}

export const goldAccount: Readonly<Record<string, LookupMatch>> = {
  account: {
    table: 'accounts',
    key: 'northwind.example',
    found: true,
    attributes: { tier: 'gold', owner: 'sam@mill.example' },
  },
};

export function anEnvelope(
  data: EntityEnriched<CanonicalEntity>,
  over: Partial<Envelope<EntityEnriched<CanonicalEntity>>> = {},
): Envelope<EntityEnriched<CanonicalEntity>> {
  const position = { topic: 'tickets.enriched.v1', partition: 2, offset: 42 };
  return {
    id: '6f1c0c8e-0000-5000-8000-000000000001',
    source: 'test',
    type: 'ticket.enriched',
    time: '2026-11-20T10:12:07.000Z',
    correlationid: '6f1c0c8e-0000-5000-8000-000000000001',
    causationid: null,
    generation: 0,
    traceparent: null,
    key: 'zendesk:35436',
    data,
    origin: { ...position, timestamp: 1_795_170_000_001 },
    delivery: { position, through: 'source', attempt: 0, replay: null },
    ...over,
  };
}

export function anAnswer(over: Partial<Judgement> = {}): Judgement {
  return {
    label: 'cards',
    decision: 'accepted',
    confidence: 0.9,
    reason: null,
    text: null,
    contributions: [{ feature: 'intent:declined_card_payment', weight: 0.9 }],
    model: { name: 'scripted', version: '1', hash: 'abc', method: 'script' },
    ...over,
  };
}

export interface ScriptedModel {
  readonly model: Model;
  /** What it was asked, in order. */
  readonly asked: JudgementRequest[];
}

/** A model that says what the script says: a real adapter of the port, whose provider is the test. */
export function scripted(
  placement: Model['placement'],
  script: (request: JudgementRequest, signal: AbortSignal, turn: number) => Promise<Judgement> | Judgement = () =>
    anAnswer(),
): ScriptedModel {
  const asked: JudgementRequest[] = [];
  const model: Model = {
    placement,
    effect: placement === 'remote' ? 'paid' : 'none',
    tasks: ['category', 'priority'],
    isReady: () => true,
    judge: async (request: JudgementRequest, signal: AbortSignal) => {
      asked.push(request);
      return script(request, signal, asked.length);
    },
    close: async () => {},
  };
  return { model, asked };
}
