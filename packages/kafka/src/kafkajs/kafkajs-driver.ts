import type { BrokerCapabilities } from '@millrace/messaging';
import type { ClientConfig } from '../client-config.ts';
import type { Driver } from '../driver.ts';
import { KafkaAdmin } from './admin.ts';
import { demandPatchedClient } from './client.ts';
import { Connection } from './connection.ts';
import { logOver } from './fetch.ts';
import { KafkaMember } from './member.ts';
import { createKafkaTransport } from './produce-transport.ts';

const capabilities: BrokerCapabilities = {
  driver: 'kafkajs',
  groups: true,
  staticMembership: true,
  commitMetadata: true,
  transactions: false,
};

/** The port over kafkajs 2.2.4 with our patch. */
export function createKafkajsDriver(config: ClientConfig, adminTimeoutMs: number): Driver {
  demandPatchedClient();
  return {
    capabilities,
    admin: new KafkaAdmin(config, adminTimeoutMs),
    createTransport: createKafkaTransport,
    createMember: (options) => new KafkaMember({ ...options, instanceId: options.instanceId ?? null }),
    createLog: (requestTimeoutMs) => logOver(new Connection(config, requestTimeoutMs)),
  };
}
