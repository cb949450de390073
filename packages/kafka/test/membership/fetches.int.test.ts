import { afterEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import type { KafkaBroker } from '../../src/index.ts';
import { connectTest, drivers, testNamespace } from '../kafka-harness.ts';
import { append, fillTopic } from '../regression/fill-topic.ts';

/** Far beyond what a test waits for. */
const longestWaitMs = 300_000;

describe.each(drivers)('over %s', (driver) => {
  const opened: KafkaBroker[] = [];
  const connect = (options: Parameters<typeof connectTest>[0]): KafkaBroker => {
    const broker = connectTest({ driver, ...options });
    opened.push(broker);
    return broker;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((broker) => broker.close()));
  });

  it('a partition that is resumed flows at once, although a fetch of the others waits at the broker', async () => {
    const topic = `${testNamespace()}-${driver}-resumed`;
    const broker = connect({ member: { maxWaitMs: longestWaitMs } });
    await fillTopic(broker, topic, 2, 2);
    const probe = await joinGroup(broker, { group: topic, topics: [topic] });
    await probe.received(2);
    probe.member.pause([{ topic, partition: 0 }]);
    await append(broker, topic, 2, 2);
    // That of the other has come, so the fetch that is out now does not ask for the one that is paused.
    await probe.received(3);
    probe.member.resume([{ topic, partition: 0 }]);
    await probe.received(4);
    expect(probe.records.map(({ partition }) => partition).slice(2)).toEqual([1, 0]);
    await probe.member.close();
  });

  it('what is asked for a few times a second is read in time, although a fetch without it waits at the broker', async () => {
    const [topic, tier] = ['source', 'tier'].map((name) => `${testNamespace()}-${driver}-${name}`) as [string, string];
    const broker = connect({ member: { maxWaitMs: longestWaitMs } });
    await fillTopic(broker, topic, 1, 1);
    await fillTopic(broker, tier, 1, 0);
    const probe = await joinGroup(broker, { group: topic, topics: [topic, tier], seldom: [tier] });
    await probe.received(1);
    // Whatever came ends a fetch that asked for both; the next leaves out what was asked for just now.
    await append(broker, topic, 1, 1);
    await probe.received(2);
    await append(broker, tier, 1, 1);
    await probe.received(3);
    expect(probe.records.at(-1)?.topic).toBe(tier);
    await probe.member.close();
  });

  it('every partition has its turn when an answer has no room for all of them', async () => {
    const topic = `${testNamespace()}-${driver}-turns`;
    const filling = connect({ producer: { batchRecords: 1 } });
    await fillTopic(filling, topic, 3, 60);
    const broker = connect({ member: { maxFetchBytes: 1, maxFetchBytesPerPartition: 1 } });
    const probe = await joinGroup(broker, { group: topic, topics: [topic] });
    await probe.received(60);
    const firstOf = [0, 1, 2].map((wanted) => probe.records.findIndex(({ partition }) => partition === wanted));
    // Asked for in the same order each time, the last would come after the forty of the others.
    expect(Math.max(...firstOf)).toBeLessThan(40);
    await probe.member.close();
  });
});
