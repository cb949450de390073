import { aTicketEntity, receivedTicket } from '@millrace/conformance/builders';
import type { EntityEnriched, LookupMatch, Ticket } from '@millrace/contracts';
import type { Judgement, JudgementRequest, Model } from '@millrace/models';

export const never: AbortSignal = new AbortController().signal;

export const aTicket = (
  over: Partial<Ticket> = {},
  context: Readonly<Record<string, LookupMatch>> = {},
): EntityEnriched<Ticket> => ({
  ...receivedTicket,
  entity: aTicketEntity({
    description: 'My card was declined at the shop.',
    url: 'https://example.com/tickets/35436',
    ...over,
  }),
  context,
});

export const goldAccount: Readonly<Record<string, LookupMatch>> = {
  account: {
    table: 'accounts',
    key: 'northwind.example',
    found: true,
    attributes: { tier: 'gold', owner: 'sam@mill.example' },
  },
};

export { anEnvelope } from '@millrace/conformance/builders';

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
