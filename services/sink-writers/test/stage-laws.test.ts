import { afterAll, beforeAll } from '@jest/globals';
import { stageLaws } from '@millrace/conformance';
import { httpSink } from '@millrace/connectors/vendors/http/sink';
import { type Topic, topics } from '@millrace/contracts';
import { aFlow } from '@millrace/flows/testing';
import { openPool } from '@millrace/ledger/pool';
import type { EffectState, EffectStore, KeyPlace } from '@millrace/messaging';
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
  const settled = new Map<string, KeyPlace>();
  const name = (route: string, of: string): string => JSON.stringify([route, of]);
  const isSuperseded = async (route: string, { key, sequence, generation }: KeyPlace): Promise<boolean> => {
    const newest = settled.get(name(route, key));
    if (newest === undefined) return false;
    return newest.sequence > sequence || (newest.sequence === sequence && newest.generation > generation);
  };
  const settle = async (route: string, place: KeyPlace): Promise<void> => {
    if (!(await isSuperseded(route, place))) settled.set(name(route, place.key), place);
  };
  return {
    async begin(route, eventId, place = null) {
      const known = states.get(name(route, eventId));
      if (known !== undefined) return known;
      if (place !== null && (await isSuperseded(route, place))) return 'superseded';
      states.set(name(route, eventId), 'in-doubt');
      return 'fresh';
    },
    async done(route, eventId, { note }) {
      states.set(name(route, eventId), 'done');
      if (note !== null) await settle(route, { ...note, key: note.id });
    },
    release: async (route, eventId) => void states.delete(name(route, eventId)),
    async settle(route, eventId, place) {
      if (eventId !== null) states.delete(name(route, eventId));
      await settle(route, place);
    },
    written: async () => [],
    isSuperseded,
  };
}

const effects = effectsInMemory();
const topic = topics.ticketsClassified as Topic<Deliverable>;

const aWriter = () =>
  createRouteWriter({
    route: 'tickets.notify',
    entity: 'tickets',
    schema: topic.schema,
    definition: httpSink,
    isOrdered: true,
    readSettings: () => ({
      url: `${street.environment['HTTP_BASE_URL']}/hook`,
      secret: street.environment['HTTP_SIGNING_SECRET'],
    }),
    openOutbound: () => createOutbound({ trustedOrigins: [street.environment['HTTP_BASE_URL'] ?? ''] }),
    openPool,
    effects,
    metrics: createMetrics(),
    rateLimits: 'off',
    writeTimeoutMs: 5_000,
    rateLimitPatienceMs: 5_000,
    mostWritesPerKey: 1_000,
    now: Date.now,
    monotonic: () => performance.now(),
  });

stageLaws<Deliverable>('deliver', {
  make: () => {
    const { write, pass } = aWriter();
    return deliverPipeline({
      flow: aFlow(),
      route: { route: 'notify', when: 'urgent', map: null, order: 'key', onFailure: 'tiers' },
      sink: httpSink,
      topic,
      expressions: {
        evaluate: async (_, view) =>
          (view as { classification: Record<string, { label: string }> }).classification['priority']?.label ===
          'urgent',
      },
      write,
      pass,
      now: Date.now,
    });
  },
  inputs: [
    { topic, key: 'zendesk:1', data: aTicket('1') },
    { topic, key: 'zendesk:2', data: aTicket('2') },
    { topic, key: 'zendesk:3', data: aTicket('3', { judgements: { priority: judged('low') } }) },
  ],
  varies: 'it says when it was written and how long that took',
});
