import { brokerLaws } from '@millrace/conformance';
import type { DriverName } from '../src/index.ts';
import { connectMortal, disturbGroup, type MortalBroker, testNamespace, until } from './kafka-harness.ts';
import { readRangesToEnd } from './ranges-to-end.ts';

/** The laws on a real broker, over one of our drivers. */
export function kafkaBrokerLaws(driver: DriverName): void {
  brokerLaws(driver, {
    capabilities: {
      driver,
      groups: true,
      staticMembership: true,
      commitMetadata: true,
      transactions: false,
    },
    can: { rebalance: true, compact: true },
    make: async () => {
      const mortals: MortalBroker[] = [];
      const disturbers: (() => void)[] = [];
      const connect = async (): Promise<MortalBroker['broker']> => {
        const mortal = connectMortal({ driver });
        mortals.push(mortal);
        return mortal.broker;
      };
      return {
        connect,
        namespace: testNamespace(),
        crash: async (broker) => mortals.find((mortal) => mortal.broker === broker)?.kill(),
        rebalance: async (_, group) => {
          disturbers.push(await disturbGroup(group));
        },
        compact: async (topic) => {
          const broker = await connect();
          await broker.admin.alterTopicConfig(topic, {
            'segment.ms': '1',
            'min.cleanable.dirty.ratio': '0.001',
            'max.compaction.lag.ms': '1',
          });
          // The cleaner leaves the active segment alone: a record more makes it roll.
          const producer = await broker.createProducer();
          await producer.send({ topic, partition: 0, key: Buffer.from('roll'), value: Buffer.alloc(0), headers: [] });
          await until(
            async () => (await readRangesToEnd(broker, topic))[0]?.offset === 8,
            'the log cleaner ran',
            45_000,
          );
        },
        dispose: async () => {
          for (const stop of disturbers) stop();
          await Promise.all(mortals.map((mortal) => mortal.bury()));
        },
      };
    },
  });
}
