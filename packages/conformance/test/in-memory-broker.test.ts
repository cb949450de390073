import { createInMemoryBroker, type InMemoryBroker } from '@millrace/messaging';
import { brokerLaws } from '../src/broker-laws.ts';

brokerLaws('in memory', {
  capabilities: {
    driver: 'in-memory',
    groups: false,
    staticMembership: false,
    commitMetadata: true,
    transactions: false,
  },
  can: { rebalance: true, compact: true },
  make: async () => {
    const cluster = createInMemoryBroker();
    return {
      namespace: 'laws.',
      connect: async () => cluster.connect(),
      crash: async (broker) => (broker as InMemoryBroker).crash(),
      rebalance: (broker, group) => (broker as InMemoryBroker).rebalance(group),
      compact: async (topic) => cluster.compact(topic),
      dispose: () => cluster.close(),
    };
  },
});
