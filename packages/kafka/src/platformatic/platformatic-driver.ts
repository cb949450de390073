import type { BrokerCapabilities } from '@millrace/messaging';
import type { ClientConfig } from '../client-config.ts';
import type { Driver } from '../driver.ts';
import { PlatformaticAdmin } from './admin.ts';
import { Cluster } from './cluster.ts';
import { logOver } from './fetch.ts';
import { PlatformaticMember } from './member.ts';
import { createPlatformaticTransport } from './produce-transport.ts';

const capabilities: BrokerCapabilities = {
  driver: 'platformatic',
  groups: true,
  staticMembership: true,
  commitMetadata: true,
  transactions: false,
};

/** The port over the connections and requests of `@platformatic/kafka`; its producer and consumer are not used. */
export function createPlatformaticDriver(config: ClientConfig, adminTimeoutMs: number): Driver {
  return {
    capabilities,
    admin: new PlatformaticAdmin(config, adminTimeoutMs),
    createTransport: ({ requestTimeoutMs, ...options }) =>
      createPlatformaticTransport({
        ...options,
        cluster: new Cluster(config, requestTimeoutMs),
        now: () => Date.now(),
      }),
    createMember: (options) => new PlatformaticMember(options),
    createLog: (requestTimeoutMs) => logOver(new Cluster(config, requestTimeoutMs)),
  };
}
