import { describe, expect } from '@jest/globals';
import { isCodedError } from '@millrace/messaging';
import { joinGroup } from '../group-probe.ts';
import { eventually, law } from '../harness.ts';
import { aRecord, type BrokerLawContext } from './context.ts';

export function adminLaws({ broker, topic, group }: BrokerLawContext): void {
  describe('admin', () => {
    law('describes what exists, and leaves out what does not', async () => {
      const name = await topic(3, { 'retention.ms': '86400000' });
      const found = await broker().admin.describeTopics([name, `${name}-missing`]);
      expect(found.map((one) => [one.name, one.partitions, one.config['retention.ms']])).toEqual([
        [name, 3, '86400000'],
      ]);
      expect((await broker().admin.describeTopics()).map((one) => one.name)).toContain(name);
    });

    law('creating a topic that exists changes nothing', async () => {
      const name = await topic(3);
      await broker().admin.createTopics([{ name, partitions: 5, replicationFactor: 1, config: {} }]);
      expect((await broker().admin.describeTopics([name]))[0]?.partitions).toBe(3);
    });

    law('adds partitions and never takes one away', async () => {
      const name = await topic(2);
      await broker().admin.createPartitions(name, 4);
      // A broker learns of a change a moment after its controller has made it.
      await eventually(async () => (await broker().admin.describeTopics([name]))[0]?.partitions === 4);
      await expect(broker().admin.createPartitions(name, 3)).rejects.toThrow();
    });

    law('sets the config keys it is given and leaves the others', async () => {
      const name = await topic(1, { 'retention.ms': '1000000', 'max.message.bytes': '50000' });
      await broker().admin.alterTopicConfig(name, { 'retention.ms': '2000000' });
      const config = async () => (await broker().admin.describeTopics([name]))[0]?.config;
      await eventually(async () => (await config())?.['retention.ms'] === '2000000');
      expect((await config())?.['max.message.bytes']).toBe('50000');
    });

    law('knows the first and the next offset of each partition, and the offset at a time', async () => {
      const name = await topic(2);
      const producer = await broker().createProducer();
      const start = Date.now() - 100_000;
      for (let at = 0; at < 5; at += 1) {
        await producer.send(aRecord(name, { partition: 0, timestamp: start + at * 1_000 }));
      }
      await producer.close();
      const offsets = await broker().admin.offsets([name]);
      expect(offsets.map((one) => [one.partition, one.earliest, one.latest]).sort()).toEqual([
        [0, 0, 5],
        [1, 0, 0],
      ]);
      const at = async (epochMs: number): Promise<number[]> => {
        const found = await broker().admin.offsetsAtTime(name, epochMs);
        return [...found].sort((a, b) => a.partition - b.partition).map(({ offset }) => offset);
      };
      expect(await at(start + 2_500)).toEqual([3, 0]);
      expect(await at(start)).toEqual([0, 0]);
      expect(await at(start + 60_000)).toEqual([5, 0]);
    });

    law('knows nothing committed of a group that never was', async () => {
      const name = await topic(1);
      const members = group();
      // A cluster that never had a group may still be making its coordinator: it says so, and answers later.
      await eventually(() =>
        broker()
          .admin.committed(members, [name])
          .then(
            () => true,
            (error) => !(isCodedError(error) && error.disposition.kind === 'retry'),
          ),
      );
      expect(await broker().admin.committed(members, [name])).toEqual([{ topic: name, partition: 0, committed: null }]);
    });

    law('knows that nobody is in a group that never was', async () => {
      const groups = [group(), group()];
      const described = await broker().admin.describeGroups(groups);
      expect(described).toEqual(groups.map((name) => ({ group: name, members: 0 })));
    });

    law('sets where a group goes on that never was, and that has left, and a member begins there', async () => {
      const [name, members] = [await topic(2), group()];
      const producer = await broker().createProducer();
      for (let at = 0; at < 10; at += 1) await producer.send(aRecord(name, { partition: at % 2 }));
      await producer.close();
      for (const offset of [3, 1]) {
        // Who has left is gone a moment later.
        await eventually(async () => (await broker().admin.describeGroups([members]))[0]?.members === 0);
        await broker().admin.setOffsets(members, [
          { topic: name, partition: 0, offset },
          { topic: name, partition: 1, offset: 5 },
        ]);
        expect((await broker().admin.committed(members, [name])).map((one) => one.committed)).toEqual([
          { offset, metadata: '' },
          { offset: 5, metadata: '' },
        ]);
        const probe = await joinGroup(broker(), { group: members, topics: [name] });
        await probe.received(5 - offset);
        expect(probe.records.map((one) => [one.partition, one.offset])[0]).toEqual([0, offset]);
        expect(probe.records).toHaveLength(5 - offset);
        await probe.commitAll();
        await probe.member.leave();
      }
    });

    law('sets nothing of a group that somebody is in', async () => {
      const [name, members] = [await topic(1), group()];
      const producer = await broker().createProducer();
      for (let at = 0; at < 4; at += 1) await producer.send(aRecord(name, { partition: 0 }));
      await producer.close();
      const probe = await joinGroup(broker(), { group: members, topics: [name] });
      await probe.received(4);
      await probe.commitAll();
      await expect(
        broker().admin.setOffsets(members, [{ topic: name, partition: 0, offset: 1 }]),
      ).rejects.toMatchObject({ code: 'X_GROUP_NOT_EMPTY', disposition: { kind: 'retry' } });
      expect((await broker().admin.committed(members, [name]))[0]?.committed?.offset).toBe(4);
      await probe.member.close();
    });

    law('knows its brokers, each by another id', async () => {
      const brokers = await broker().admin.describeBrokers();
      expect(brokers.length).toBeGreaterThanOrEqual(1);
      expect(new Set(brokers.map(({ id }) => id)).size).toBe(brokers.length);
    });

    law('is reachable', async () => {
      expect(await broker().isReachable(5_000)).toBe(true);
    });
  });
}
