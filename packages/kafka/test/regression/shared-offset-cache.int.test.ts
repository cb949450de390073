import { describe, expect, it } from '@jest/globals';
import { type GroupProbe, joinGroup } from '@millrace/conformance';
import { connectForTests, drivers, testNamespace } from '../kafka-harness.ts';
import { append, fillTopic } from './fill-topic.ts';

/** What it has read of the partitions that it has now. */
async function commitOwn({ member, records, assignments }: GroupProbe): Promise<void> {
  const own = assignments.at(-1)?.partitions ?? [];
  const next = own.flatMap(({ topic, partition }) => {
    const last = records.findLast((record) => record.topic === topic && record.partition === partition);
    return last === undefined ? [] : [{ topic, partition, offset: last.offset + 1 }];
  });
  await member.commit(next);
}

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-c12`;
  const broker = connectForTests({ driver });

  // C12: two consumers of one group over one client object had one map of offsets, which each cleared when it joined.
  it('two members of one group over one connection read each record once, and go on where each has committed', async () => {
    await fillTopic(broker, topic, 4, 40);
    const one = await joinGroup(broker, { group: topic, topics: [topic], beforeRejoin: commitOwn });
    await one.received(40);
    const two = await joinGroup(broker, { group: topic, topics: [topic], beforeRejoin: commitOwn });
    await one.until(() => one.assignments.at(-1)?.partitions.length === 2);
    await append(broker, topic, 4, 40);
    await one.received(60);
    await two.received(20);
    const positions = [...one.records, ...two.records].map(({ partition, offset }) => `${partition}/${offset}`);
    expect(positions.length).toBe(80);
    expect(new Set(positions).size).toBe(80);
    await Promise.all([commitOwn(one), commitOwn(two)]);
    await two.member.close();
    await one.until(() => one.assignments.at(-1)?.partitions.length === 4);
    expect(one.assignments.at(-1)?.partitions.map(({ committed }) => committed?.offset)).toEqual([20, 20, 20, 20]);
    await append(broker, topic, 4, 4);
    await one.received(64);
    expect(one.records.slice(60).map(({ offset }) => offset)).toEqual([20, 20, 20, 20]);
    await one.member.close();
  });
});
