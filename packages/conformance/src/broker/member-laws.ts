import { describe, expect } from '@jest/globals';
import { joinGroup } from '../group-probe.ts';
import { eventually, law } from '../harness.ts';
import { aRecord, type BrokerLawContext } from './context.ts';

export function memberLaws({ broker, harness, topic, group, subject }: BrokerLawContext): void {
  const fill = async (name: string, records: number, partitions = 1): Promise<void> => {
    const producer = await broker().createProducer();
    await Promise.all(
      Array.from({ length: records }, (_, at) =>
        producer.send(aRecord(name, { partition: at % partitions, value: Buffer.from(String(at)) })),
      ),
    );
    await producer.close();
  };

  describe('member', () => {
    law('begins a new group at the earliest record and keeps the order of each partition', async () => {
      const name = await topic(3);
      await fill(name, 600, 3);
      const probe = await joinGroup(broker(), { group: group(), topics: [name] });
      await probe.received(600);
      for (const partition of [0, 1, 2]) {
        const offsets = probe.records.filter((record) => record.partition === partition).map(({ offset }) => offset);
        expect(offsets).toEqual(Array.from({ length: 200 }, (_, at) => at));
      }
      await probe.member.close();
    });

    law('assigns every partition before its first record, in a generation above the last', async () => {
      const [first, second] = [await topic(2), await topic(2)];
      await fill(first, 2, 2);
      const members = group();
      const probe = await joinGroup(broker(), { group: members, topics: [first, second] });
      await probe.received(2);
      const partitions = probe.assignments[0]?.partitions.map((one) => `${one.topic}/${one.partition}`).sort();
      expect(partitions).toEqual([`${first}/0`, `${first}/1`, `${second}/0`, `${second}/1`].sort());
      await probe.member.close();
    });

    law('is counted in its group until it has left', async () => {
      const name = await topic(1);
      const members = group();
      const inGroup = async (): Promise<number | undefined> =>
        (await broker().admin.describeGroups([members]))[0]?.members;
      const probe = await joinGroup(broker(), { group: members, topics: [name] });
      expect(await inGroup()).toBe(1);
      await probe.member.close();
      expect(await inGroup()).toBe(0);
    });

    law('continues after what was committed', async () => {
      const name = await topic(1);
      const members = group();
      await fill(name, 10);
      const one = await joinGroup(broker(), { group: members, topics: [name] });
      await one.received(10);
      await one.member.commit([{ topic: name, partition: 0, offset: 6 }]);
      await one.member.close();
      const two = await joinGroup(broker(), { group: members, topics: [name] });
      await two.received(4);
      expect(two.records.map(({ offset }) => offset)).toEqual([6, 7, 8, 9]);
      await two.member.close();
    });

    law('gives everything that was not committed again after a crash', async () => {
      const name = await topic(1);
      const members = group();
      await fill(name, 10);
      const process = await harness().connect();
      const one = await joinGroup(process, { group: members, topics: [name] });
      await one.received(10);
      await one.member.commit([{ topic: name, partition: 0, offset: 3 }]);
      await harness().crash(process);
      const two = await joinGroup(broker(), { group: members, topics: [name] });
      await two.received(7);
      expect(two.records[0]?.offset).toBe(3);
      await two.member.close();
    });

    law('shows what is committed, and null for what is not', async () => {
      const name = await topic(2);
      const members = group();
      await fill(name, 2, 2);
      const probe = await joinGroup(broker(), { group: members, topics: [name] });
      await probe.member.commit([{ topic: name, partition: 1, offset: 1 }]);
      await probe.member.close();
      const committed = await broker().admin.committed(members, [name]);
      expect(committed.map((one) => [one.partition, one.committed?.offset ?? null]).sort()).toEqual([
        [0, null],
        [1, 1],
      ]);
    });

    law(
      'keeps the metadata of a commit',
      async () => {
        const name = await topic(1);
        const members = group();
        await fill(name, 2);
        const probe = await joinGroup(broker(), { group: members, topics: [name] });
        await probe.member.commit([{ topic: name, partition: 0, offset: 1, metadata: 'bits:ü' }]);
        await probe.member.close();
        const [committed] = await broker().admin.committed(members, [name]);
        expect(committed?.committed).toEqual({ offset: 1, metadata: 'bits:ü' });
        const again = await joinGroup(broker(), { group: members, topics: [name] });
        const told = again.assignments[0]?.partitions[0]?.committed ?? { offset: 1, metadata: 'bits:ü' };
        expect(told).toEqual({ offset: 1, metadata: 'bits:ü' });
        await again.member.close();
      },
      subject.capabilities.commitMetadata ? false : 'declares commitMetadata: false',
    );

    law('gives nothing of a paused partition, everything of the others, and goes on without a gap', async () => {
      const name = await topic(2);
      const probe = await joinGroup(broker(), { group: group(), topics: [name] });
      probe.member.pause([{ topic: name, partition: 0 }]);
      await fill(name, 40, 2);
      await probe.received(20);
      expect(probe.records.every((record) => record.partition === 1)).toBe(true);
      probe.member.resume([{ topic: name, partition: 0 }]);
      await probe.received(40);
      const offsets = probe.records.filter((record) => record.partition === 0).map(({ offset }) => offset);
      expect(offsets).toEqual(Array.from({ length: 20 }, (_, at) => at));
      await probe.member.close();
    });

    law('a slow listener loses nothing: what came meanwhile comes after', async () => {
      const name = await topic(1);
      const probe = await joinGroup(broker(), { group: group(), topics: [name] });
      await fill(name, 5);
      await probe.received(5);
      await fill(name, 5);
      await probe.received(10);
      expect(probe.records.map(({ offset }) => offset)).toEqual(Array.from({ length: 10 }, (_, at) => at));
      await probe.member.close();
    });

    law('has a fresh heartbeat while it is in its group', async () => {
      const name = await topic(1);
      const probe = await joinGroup(broker(), { group: group(), topics: [name] });
      const began = performance.now();
      expect(probe.member.lastHeartbeatAt()).toBeGreaterThan(began - probe.member.sessionTimeoutMs);
      await eventually(() => performance.now() - probe.member.lastHeartbeatAt() < probe.member.sessionTimeoutMs / 2);
      await probe.member.close();
    });

    law(
      'joins again behind the barrier, keeps its pauses, and reads from what is committed',
      async () => {
        const name = await topic(2);
        const members = group();
        await fill(name, 20, 2);
        const probe = await joinGroup(broker(), {
          group: members,
          topics: [name],
          beforeRejoin: async (self) => {
            await self.member.commit([{ topic: name, partition: 1, offset: 4 }]);
          },
        });
        await probe.received(20);
        probe.member.pause([{ topic: name, partition: 0 }]);
        await harness().rebalance?.(broker(), members);
        await probe.until(() => probe.assignments.length === 2);
        expect(probe.barriers()).toBe(1);
        const [first, second] = probe.assignments;
        expect(second?.generation).toBeGreaterThan(first?.generation ?? Number.POSITIVE_INFINITY);
        await probe.received(26);
        expect(probe.records.slice(20).map(({ partition, offset }) => [partition, offset])).toEqual(
          [4, 5, 6, 7, 8, 9].map((offset) => [1, offset]),
        );
        await probe.member.close();
      },
      subject.can.rebalance ? false : 'declares can.rebalance: false',
    );

    law('closes twice, also while its listener is still at work', async () => {
      const name = await topic(1);
      await fill(name, 50);
      const probe = await joinGroup(broker(), { group: group(), topics: [name] });
      await Promise.all([probe.member.close(), probe.member.close()]);
      await probe.member.close();
      expect(probe.crashes()).toEqual([]);
    });

    law('refuses a commit of a member that has left', async () => {
      const name = await topic(1);
      const probe = await joinGroup(broker(), { group: group(), topics: [name] });
      await probe.member.close();
      await expect(probe.member.commit([{ topic: name, partition: 0, offset: 0 }])).rejects.toThrow();
    });
  });
}
