import { describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import type { GroupListener, InboundRecord, OffsetCommit } from '@millrace/messaging';
import type { KafkaBroker } from '../src/index.ts';
import { connectForTests, connectMortal, connectTest, drivers, testNamespace, until } from './kafka-harness.ts';

async function fill(broker: KafkaBroker, topic: string, partitions: number, records: number): Promise<void> {
  await broker.admin.createTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }]);
  const producer = await broker.createProducer();
  await Promise.all(
    Array.from({ length: records }, (_, at) =>
      producer.send({ topic, partition: at % partitions, key: null, value: Buffer.from(String(at)), headers: [] }),
    ),
  );
  await producer.close();
}

const at = ({ topic, partition, offset }: InboundRecord): string => `${topic}/${partition}/${offset}`;

describe.each(drivers)('a group on Kafka over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  const broker = connectForTests({ driver });

  it.each(drivers)('hands partitions over to a process on %s without work in two places at once', async (successor) => {
    const topic = `${space}-handover-${successor}`;
    const group = topic;
    await fill(broker, topic, 4, 400);
    const working = new Map<string, string>();
    const done: string[] = [];
    const overlaps: string[] = [];
    const other = connectTest({ driver: successor });
    /** A worker as the runtime is one: slow handlers, a barrier that drains and commits. */
    const worker = async (name: string, from: KafkaBroker): Promise<{ close(): Promise<void> }> => {
      const running = new Set<Promise<void>>();
      const next = new Map<string, OffsetCommit>();
      let queue: InboundRecord[] = [];
      let isHeld = false;
      const pump = (): void => {
        while (!isHeld && running.size < 20) {
          const record = queue.shift();
          if (record === undefined) return;
          const id = at(record);
          const owner = working.get(id);
          if (owner !== undefined) overlaps.push(`${id}: ${owner} and ${name}`);
          working.set(id, name);
          const work: Promise<void> = new Promise<void>((resolve) => setTimeout(resolve, 15)).then(() => {
            working.delete(id);
            done.push(id);
            const key = `${record.topic}/${record.partition}`;
            const offset = Math.max(next.get(key)?.offset ?? 0, record.offset + 1);
            next.set(key, { topic: record.topic, partition: record.partition, offset });
            running.delete(work);
            pump();
          });
          running.add(work);
        }
      };
      const listener: GroupListener = {
        onAssigned: () => {
          queue = [];
          next.clear();
          isHeld = false;
        },
        onRecords: (records) => {
          queue.push(...records);
          pump();
        },
        beforeRejoin: async () => {
          isHeld = true;
          queue = [];
          await Promise.all(running);
          await member.commit([...next.values()]);
        },
        onUnreadable: (_, error) => {
          throw error;
        },
        onCrash: (error) => {
          throw error;
        },
      };
      const member = await from.createMember({ group, topics: [topic], listener });
      await member.start();
      return member;
    };
    const one = await worker('one', broker);
    await until(() => done.length > 40, 'the first worker is in the middle');
    const two = await worker('two', other);
    await until(() => new Set(done).size === 400, 'everything is done');
    expect(overlaps).toEqual([]);
    // The workers commit past their highest finished record only in the barrier, where nothing is left running.
    expect(done.length).toBe(400);
    await Promise.all([one.close(), two.close()]);
    await other.close();
  });

  it('gives a record again whose handler had finished when the process died before the commit', async () => {
    const topic = `${space}-crash`;
    await fill(broker, topic, 1, 3);
    const doomed = connectMortal({ driver });
    const first = await joinGroup(doomed.broker, { group: topic, topics: [topic] });
    await first.received(3);
    doomed.kill();
    const second = await joinGroup(broker, { group: topic, topics: [topic] });
    await second.received(3);
    expect(second.records.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    await second.member.close();
    await doomed.bury();
  });

  it('starts again at 5 when 5 was slow and 10 was done', async () => {
    const topic = `${space}-slow`;
    await fill(broker, topic, 1, 12);
    const doomed = connectMortal({ driver });
    const first = await joinGroup(doomed.broker, { group: topic, topics: [topic] });
    await first.received(12);
    await first.member.commit([{ topic, partition: 0, offset: 5, metadata: '6-10' }]);
    doomed.kill();
    const second = await joinGroup(broker, { group: topic, topics: [topic] });
    await second.received(7);
    expect(second.assignments[0]?.partitions).toMatchObject([
      { topic, partition: 0, committed: { offset: 5, metadata: '6-10' } },
    ]);
    expect(second.records[0]?.offset).toBe(5);
    await second.member.close();
    await doomed.bury();
  });

  it('keeps its partitions where they are when a member comes and goes', async () => {
    const topic = `${space}-sticky`;
    await fill(broker, topic, 6, 0);
    const others = [connectTest({ driver }), connectTest({ driver })];
    const one = await joinGroup(broker, { group: topic, topics: [topic] });
    const two = await joinGroup(others[0] as KafkaBroker, { group: topic, topics: [topic] });
    await one.until(() => one.assignments.at(-1)?.partitions.length === 3);
    const before = one.assignments.at(-1)?.partitions.map(({ partition }) => partition);
    const three = await joinGroup(others[1] as KafkaBroker, { group: topic, topics: [topic] });
    await one.until(() => one.assignments.at(-1)?.partitions.length === 2);
    const between = one.assignments.at(-1)?.partitions.map(({ partition }) => partition) ?? [];
    expect(between.every((partition) => before?.includes(partition))).toBe(true);
    await three.member.close();
    await one.until(() => one.assignments.at(-1)?.partitions.length === 3);
    expect(one.assignments.at(-1)?.partitions.map(({ partition }) => partition)).toEqual(
      expect.arrayContaining(between),
    );
    await Promise.all([one.member.close(), two.member.close()]);
    await Promise.all(others.map((other) => other.close()));
  });
});
