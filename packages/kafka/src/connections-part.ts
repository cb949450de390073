import type { Broker } from '@millrace/messaging';
import type { Part } from '@millrace/service';

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
