import { sinkLaws } from '@millrace/conformance';
import { createSlackSimulator } from '../../../src/vendors/slack/simulator.ts';
import { slackSink } from '../../../src/vendors/slack/sink.ts';
import { aDelivery } from '../../kit/sink/a-delivery.ts';
import { aSimulatedDestination, simulatedFaults } from '../../kit/sink/simulated-destination.ts';

const token = 'xoxb-secret';

sinkLaws({
  definition: slackSink,
  supersedes: 'a message once posted stays, each event has its own',
  faults: simulatedFaults,
  make: () =>
    aSimulatedDestination({
      definition: slackSink,
      settings: (baseUrl) => ({ baseUrl, token, channel: '#general' }),
      simulate: (base) => createSlackSimulator({ ...base, token, channels: ['general'] }),
      delivery: ({ key, eventId, at, generation, content, deletion, earlier }) => ({
        ...aDelivery({ event: eventId, at, generation, mapped: content, receivedAt: Date.now(), deletion, earlier }),
        key,
      }),
      readBack: async (simulator, key) => {
        const own = simulator
          .messages()
          .filter(({ detail }) => JSON.stringify(detail).includes(`"entity_key":"${key}"`));
        return own.at(-1)?.lines[0] ?? null;
      },
      secrets: [token],
    }),
});
