import { describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { connectForTests, drivers, testNamespace, until } from '../kafka-harness.ts';
import { fillTopic } from './fill-topic.ts';

const sessionTimeoutMs = 1_500;

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-c9`;
  const broker = connectForTests({ driver, member: { sessionTimeoutMs, heartbeatIntervalMs: 200 } });

  // C9: heartbeats were sent between records only, so a handler that took longer than the session lost its partitions
  // in the middle of its work, and others did it again.
  it('work that outlasts the session, all its partitions paused, keeps the membership and commits at its end', async () => {
    await fillTopic(broker, topic, 2, 10);
    const probe = await joinGroup(broker, { group: topic, topics: [topic] });
    await probe.received(10);
    const partitions = [0, 1].map((partition) => ({ topic, partition }));
    probe.member.pause(partitions);
    const from = performance.now();
    await until(() => probe.member.lastHeartbeatAt() > from + 3 * sessionTimeoutMs, 'three sessions went by');
    await probe.commitAll();
    expect([probe.assignments.length, probe.barriers(), probe.crashes()]).toEqual([1, 0, []]);
    const committed = await broker.admin.committed(topic, [topic]);
    expect(committed.map((each) => each.committed?.offset)).toEqual([5, 5]);
    await probe.member.close();
  });
});
