import type { Judgement, TicketClassified } from '@millrace/contracts';

const model = { name: 'test', version: '1', hash: 'h', method: 'fast' };

export function judged(
  label: string,
  decision: Judgement['decision'] = 'accepted',
  text: string | null = null,
): Judgement {
  return { label, decision, confidence: 0.9, reason: null, text, contributions: [], model };
}

export interface TicketParts {
  readonly at?: number;
  readonly subject?: string;
  /** When it changed at the vendor. */
  readonly updatedAt?: number;
  readonly judgements?: Readonly<Record<string, Judgement>>;
}

/** A judged ticket as the classifier leaves it. */
export function aTicket(id: string, parts: TicketParts = {}): TicketClassified {
  const {
    at = 1,
    subject = 'Where is my card?',
    updatedAt = null,
    judgements = { category: judged('cards'), priority: judged('urgent') },
  } = parts;
  return {
    sequence: `${String(at).padStart(15, '0')}-${'0'.repeat(19)}`,
    receivedAt: Date.now(),
    source: 'zendesk',
    raw: null,
    deletion: null,
    entity: {
      id,
      subject,
      description: 'It has not arrived.',
      status: 'new',
      priority: null,
      channel: 'email',
      requester: null,
      tags: [],
      assignee: null,
      group: null,
      url: null,
      createdAt: null,
      updatedAt,
      attributes: {},
    },
    context: {},
    judgements,
  };
}
