import { describe, expect, it } from '@jest/globals';
import { eventually, joinGroup } from '@millrace/conformance';
import { connectForTests, connectTest, disturbGroup, drivers, testNamespace } from '../kafka-harness.ts';
import { append, fillTopic } from './fill-topic.ts';

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-c7`;
  const broker = connectForTests({ driver });

  // C7: a partition that was added was read from its end, which was minutes after its first record.
  it('a partition that is added is read from its first record, however late the group hears of it', async () => {
    await fillTopic(broker, topic, 1, 4);
    const probe = await joinGroup(broker, { group: topic, topics: [topic] });
    await probe.received(4);
    await probe.commitAll();
    await broker.admin.createPartitions(topic, 2);
    const other = connectTest({ driver });
    await eventually(async () => (await other.admin.offsets([topic])).length === 2);
    await append(other, topic, 2, 20);
    const stop = await disturbGroup(topic);
    await probe.until(() => probe.assignments.at(-1)?.partitions.length === 2);
    const added = (): number[] => probe.records.filter(({ partition }) => partition === 1).map(({ offset }) => offset);
    await probe.until(() => added().length >= 10);
    expect(added()).toEqual(Array.from({ length: 10 }, (_, at) => at));
    stop();
    await probe.member.close();
    await other.close();
  });
});
