import type { DeliveryFacts, SinkFault, SinkHarness } from '@millrace/conformance';
import type { Simulator, SimulatorOptions } from '../../../src/kit/simulator/simulator.ts';
import type { AnySink, SinkDelivery } from '../../../src/kit/sink.ts';
import { aSimulatorBase, steer } from '../simulator/steer.ts';
import { aContext, aRehearsal } from './a-delivery.ts';

export interface SimulatedOptions {
  readonly definition: AnySink;
  readonly settings: (url: string) => object;
  readonly simulate: (base: SimulatorOptions) => Simulator;
  readonly delivery: (facts: DeliveryFacts) => SinkDelivery;
  readonly readBack: (simulator: Simulator, key: string) => Promise<string | null>;
  readonly readDeletion?: (simulator: Simulator, key: string) => Promise<'soft' | 'permanent' | null>;
  readonly secrets: readonly string[];
}

export const simulatedFaults: readonly SinkFault[] = [
  'unavailable',
  'rate-limited',
  'server-error',
  'unauthorised',
  'rejected',
  'hanging',
];

/** A sink before a simulator that can be made to fail in every way a vendor does; being away is the real thing. */
export async function aSimulatedDestination(options: SimulatedOptions): Promise<SinkHarness<SinkDelivery>> {
  const base = aSimulatorBase();
  let simulator = options.simulate(base);
  await simulator.open();
  const url = simulator.url();
  const context = aContext([url]);
  let isAway = false;
  return {
    sink: options.definition.open(options.settings(url), context),
    rehearse: () => aRehearsal(options.definition, options.settings(url), options.secrets),
    delivery: options.delivery,
    readBack: (key) => options.readBack(simulator, key),
    ...(options.readDeletion === undefined
      ? {}
      : { readDeletion: (key: string) => options.readDeletion?.(simulator, key) ?? Promise.resolve(null) }),
    effects: async (eventId) => simulator.messages().filter((message) => message.eventId === eventId).length,
    async fail(fault) {
      switch (fault) {
        case 'unavailable':
          isAway = true;
          await simulator.close();
          return;
        case 'rate-limited':
          await steer(simulator, 'rate-limit', { retryAfterSeconds: 2 });
          return;
        case 'server-error':
          await steer(simulator, 'fail', { status: 500 });
          return;
        case 'unauthorised':
          await steer(simulator, 'fail', { status: 401 });
          return;
        case 'rejected':
          await steer(simulator, 'fail', { status: 422 });
          return;
        case 'hanging':
          await steer(simulator, 'slow', { ms: 600_000 });
      }
    },
    async heal() {
      if (!isAway) return steer(simulator, 'heal');
      isAway = false;
      simulator = options.simulate({ ...base, port: Number(new URL(url).port) });
      await simulator.open();
    },
    secrets: options.secrets,
    async dispose() {
      await simulator.close();
      await context.outbound.close();
    },
  };
}
