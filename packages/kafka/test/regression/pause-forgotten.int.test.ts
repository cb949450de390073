import { describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { connectForTests, disturbGroup, drivers, testNamespace } from '../kafka-harness.ts';
import { append, fillTopic } from './fill-topic.ts';

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-c11`;
  const broker = connectForTests({ driver });

  // C11: pausing some partitions after others let those flow again, and a rejoin kept pauses nobody wanted any more.
  it('what is paused stays paused through pauses of others and a rejoin, and only what is resumed flows', async () => {
    await fillTopic(broker, topic, 3, 3);
    const probe = await joinGroup(broker, { group: topic, topics: [topic] });
    await probe.received(3);
    await probe.commitAll();
    probe.member.pause([{ topic, partition: 0 }]);
    probe.member.pause([{ topic, partition: 1 }]);
    const stop = await disturbGroup(topic);
    await probe.until(() => probe.assignments.length === 2);
    probe.member.resume([{ topic, partition: 1 }]);
    await append(broker, topic, 3, 6);
    await probe.received(7);
    expect(new Set(probe.records.slice(3).map(({ partition }) => partition))).toEqual(new Set([1, 2]));
    probe.member.resume([{ topic, partition: 0 }]);
    await probe.received(9);
    stop();
    await probe.member.close();
  });
});
