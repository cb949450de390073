import type { Broker } from '@millrace/messaging';
import type { Part, Readiness } from '@millrace/service';
import type { KafkaBroker } from './connect-kafka.ts';

/** Closes a service's connections when everything that used them is closed; each opens by itself when it is first used. */
export function connectionsPart(broker: Broker, registry: { close(): void }): Part {
  return {
    name: 'connections',
    open: async () => undefined,
    close: async () => {
      registry.close();
      await broker.close();
    },
  };
}

/** Ready unless the brokers do not let us in; that they are away is told by those who wait for them. */
export const kafkaCheck = (broker: Pick<KafkaBroker, 'readiness'>): Readiness => ({
  name: 'kafka',
  ready: () => broker.readiness(),
});
