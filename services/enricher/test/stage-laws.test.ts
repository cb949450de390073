import { stageLaws } from '@millrace/conformance';
import { sources } from '@millrace/connectors/sources';
import { type CanonicalEntity, type EntityReceived, topics } from '@millrace/contracts';
import type { Expressions } from '@millrace/flows';
import { aFlow } from '@millrace/flows/testing';
import { enrichPipeline } from '../src/enrich.ts';
import { normalisePipeline } from '../src/normalise.ts';
import { aTicket, aWebhook, issueOpened, ticketCreated } from './builders.ts';

const now = () => 1_795_170_000_500;

stageLaws('normalise', {
  make: () =>
    normalisePipeline({
      instances: {},
      connectors: sources,
      bodies: { get: () => Promise.reject(new Error('no bodies here')), erase: async () => undefined },
      bodyBudgetBytes: 1_000_000,
      now,
    }),
  inputs: [
    { topic: topics.webhooksReceived, key: 'zendesk:35436', data: aWebhook(ticketCreated) },
    { topic: topics.webhooksReceived, key: 'github:1', data: aWebhook(issueOpened, { eventType: 'issues' }) },
    { topic: topics.webhooksReceived, key: 'slack:1', data: aWebhook(ticketCreated, { connector: 'slack' }) },
  ],
  varies: 'the raw record’s own position is part of what it makes',
});

const expressions: Pick<Expressions, 'evaluateAll'> = {
  evaluateAll: async (texts, view) =>
    texts.map(() => (view as { readonly requester: { readonly emailDomain: string } | null }).requester?.emailDomain),
};

stageLaws<EntityReceived<CanonicalEntity>>('enrich', {
  make: () =>
    enrichPipeline({
      flow: aFlow('tickets', {
        enrich: [{ table: 'accounts', by: 'requester.emailDomain', as: 'account', required: false }],
      }),
      tables: {
        find: (_, key) => (key === 'northwind.example' ? { tier: 'enterprise' } : null),
        refresh: async () => {},
      },
      expressions,
      now,
    }),
  inputs: [
    { topic: topics.ticketsReceived, key: 'zendesk:1', data: aTicket({ id: '1' }) },
    { topic: topics.ticketsReceived, key: 'zendesk:2', data: aTicket({ id: '2', requester: null }) },
  ],
});
