import { afterAll, beforeAll } from '@jest/globals';
import { stageLaws } from '@millrace/conformance';
import { httpSink } from '@millrace/connectors/http/sink';
import { type Topic, topics } from '@millrace/contracts';
import { aFlow } from '@millrace/flows/testing';
import type { EffectState, EffectStore } from '@millrace/messaging';
import { createOutbound } from '@millrace/resilience/outbound';
import { createMetrics } from '@millrace/service';
import { type Deliverable, deliverPipeline } from '../src/deliver.ts';
import { createRouteWriter } from '../src/route-writer.ts';
import { aVendorStreet, type VendorStreet } from './a-system.ts';
import { aTicket, judged } from './a-ticket.ts';

let street: VendorStreet;

beforeAll(async () => {
  street = await aVendorStreet();
});

afterAll(async () => {
  await street.close();
});

/** Outlives the processes of a law, as the real one does. */
function effectsInMemory(): EffectStore {
  const states = new Map<string, EffectState>();
  const key = (route: string, eventId: string): string => JSON.stringify([route, eventId]);
  return {
    async begin(route, eventId) {
      const known = states.get(key(route, eventId));
      if (known === undefined) states.set(key(route, eventId), 'in-doubt');
      return known ?? 'fresh';
    },
    done: async (route, eventId) => void states.set(key(route, eventId), 'done'),
    release: async (route, eventId) => void states.delete(key(route, eventId)),
  };
}

const effects = effectsInMemory();
const topic = topics.ticketsClassified as Topic<Deliverable>;

stageLaws<Deliverable>('deliver', {
  make: () =>
    deliverPipeline({
      flow: aFlow(),
      route: { route: 'notify', when: 'urgent', map: null, order: 'key', onFailure: 'tiers' },
      sink: httpSink,
      topic,
      expressions: {
        evaluate: async (_, view) =>
          (view as { classification: Record<string, { label: string }> }).classification['priority']?.label ===
          'urgent',
      },
      write: createRouteWriter({
        route: 'tickets.notify',
        entity: 'tickets',
        schema: topic.schema,
        definition: httpSink,
        readSettings: () => ({
          url: `${street.environment['HTTP_BASE_URL']}/hook`,
          secret: street.environment['HTTP_SIGNING_SECRET'],
        }),
        openOutbound: () => createOutbound({ trustedOrigins: [street.environment['HTTP_BASE_URL'] ?? ''] }),
        effects,
        metrics: createMetrics(),
        rateLimits: 'off',
        writeTimeoutMs: 5_000,
        rateLimitPatienceMs: 5_000,
        mostWritesPerKey: 1_000,
        now: Date.now,
        monotonic: () => performance.now(),
      }).write,
      now: Date.now,
    }),
  inputs: [
    { topic, key: 'zendesk:1', data: aTicket('1') },
    { topic, key: 'zendesk:2', data: aTicket('2') },
    { topic, key: 'zendesk:3', data: aTicket('3', { judgements: { priority: judged('low') } }) },
  ],
  varies: 'it says when it was written and how long that took',
});
