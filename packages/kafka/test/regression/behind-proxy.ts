import { testCluster } from '@millrace/embedded/testing';
import type { KafkaBroker, KafkaOptions } from '../../src/index.ts';
import { connectTest } from '../kafka-harness.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

export interface BehindProxy {
  readonly proxy: FaultProxy;
  /** Reaches the cluster through the proxy alone. */
  readonly broker: KafkaBroker;
  /** Reaches it past the proxy: for what a test sets up and reads back. */
  readonly direct: KafkaBroker;
  close(): Promise<void>;
}

export async function connectBehindProxy(options: Partial<KafkaOptions>): Promise<BehindProxy> {
  const proxy = await startFaultProxy(testCluster().kafkaBrokers);
  const broker = connectTest({ ...options, openSocket: proxy.openSocket });
  const direct = connectTest(options.driver === undefined ? {} : { driver: options.driver });
  return {
    proxy,
    broker,
    direct,
    close: async () => {
      proxy.thaw();
      await Promise.all([broker.close(), direct.close()]);
      await proxy.close();
    },
  };
}

export async function createTopic(broker: KafkaBroker, topic: string, partitions = 1): Promise<void> {
  await broker.admin.createTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }]);
}
