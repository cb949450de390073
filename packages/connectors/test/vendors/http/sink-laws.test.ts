import { sinkLaws } from '@millrace/conformance';
import { createHttpSimulator } from '../../../src/vendors/http/simulator.ts';
import { httpSink } from '../../../src/vendors/http/sink.ts';
import { aDelivery } from '../../kit/sink/a-delivery.ts';
import { aSimulatedDestination, simulatedFaults } from '../../kit/sink/simulated-destination.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

sinkLaws({
  definition: httpSink,
  supersedes: 'the receiver has sequence and generation and decides itself',
  faults: simulatedFaults,
  make: () =>
    aSimulatedDestination({
      definition: httpSink,
      settings: (url) => ({ url, secret }),
      simulate: (base) => createHttpSimulator({ ...base, secret }),
      delivery: ({ key, eventId, at, generation, content, deletion }) => ({
        ...aDelivery({ event: eventId, at, generation, mapped: { content }, deletion }),
        key,
      }),
      readBack: async (simulator, key) => {
        const own = simulator.messages().filter(({ title }) => title.endsWith(` ${key}`));
        const line = own.at(-1)?.lines[0];
        return line === undefined ? null : ((JSON.parse(line) as { content?: string }).content ?? null);
      },
      readDeletion: async (simulator, key) => {
        const told = simulator.messages().filter(({ title }) => title === `tickets.deleted ${key}`);
        const line = told.at(-1)?.lines[0] ?? '{}';
        return (JSON.parse(line) as { deletion?: { kind: 'soft' | 'permanent' } }).deletion?.kind ?? null;
      },
      secrets: [secret, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    }),
});
