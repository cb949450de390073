import { sinkLaws } from '@millrace/conformance';
import { createZendeskSimulator } from '../../../src/vendors/zendesk/simulator.ts';
import { zendeskSink } from '../../../src/vendors/zendesk/sink.ts';
import { accepted, aDelivery } from '../../kit/sink/a-delivery.ts';
import { aSimulatedDestination, simulatedFaults } from '../../kit/sink/simulated-destination.ts';

const token = 'zendesk-secret-token';
/** Zendesk's ids begin with 1. */
const ticketOf = (key: string): string => String(Number(key.split(':')[1]) + 1);

sinkLaws({
  definition: zendeskSink,
  supersedes: true,
  faults: simulatedFaults,
  make: () =>
    aSimulatedDestination({
      definition: zendeskSink,
      settings: (baseUrl) => ({ baseUrl, token }),
      simulate: (base) => createZendeskSimulator({ ...base, token, signingSecret: 's', webhookUrl: null }),
      delivery: ({ key, eventId, at, generation, content }) => ({
        ...aDelivery({
          event: eventId,
          ticket: ticketOf(key),
          at,
          generation,
          judgements: { reply: accepted('x', content) },
        }),
        key,
      }),
      readBack: async (simulator, key) => {
        const notes = simulator.messages().filter(({ title }) => title === `Ticket ${ticketOf(key)}`);
        return notes.at(-1)?.lines.at(-1)?.split('\n').at(-1) ?? null;
      },
      secrets: [token],
    }),
});
