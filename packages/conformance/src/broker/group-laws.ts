import { describe, expect } from '@jest/globals';
import { type GroupProbe, joinGroup } from '../group-probe.ts';
import { law } from '../harness.ts';
import { aRecord, type BrokerLawContext } from './context.ts';

const newest = (probe: GroupProbe): readonly string[] =>
  (probe.assignments.at(-1)?.partitions ?? []).map((one) => `${one.topic}/${one.partition}`);
const indexes = (probe: GroupProbe, topic: string): readonly number[] =>
  (probe.assignments.at(-1)?.partitions ?? []).filter((one) => one.topic === topic).map((one) => one.partition);

export function groupLaws({ broker, harness, topic, group, subject }: BrokerLawContext): void {
  const skip = subject.capabilities.groups ? false : 'declares groups: false';

  describe('group', () => {
    law(
      'shares the partitions, index by index over all topics, with none twice and none left out',
      async () => {
        const topics = [await topic(4), await topic(4)];
        const members = group();
        const other = await harness().connect();
        const one = await joinGroup(broker(), { group: members, topics });
        const two = await joinGroup(other, { group: members, topics });
        await one.until(() => newest(one).length === 4);
        await two.until(() => newest(two).length === 4);
        expect([...newest(one), ...newest(two)].sort()).toEqual(
          topics.flatMap((name) => [0, 1, 2, 3].map((at) => `${name}/${at}`)).sort(),
        );
        for (const probe of [one, two]) {
          expect([...indexes(probe, topics[0] as string)].sort()).toEqual(
            [...indexes(probe, topics[1] as string)].sort(),
          );
        }
        await two.member.close();
        await one.until(() => newest(one).length === 8);
        await one.member.close();
        await other.close();
      },
      skip,
    );

    law(
      'hands a partition over only after the barrier of the one that had it',
      async () => {
        const name = await topic(2);
        const members = group();
        const other = await harness().connect();
        const producer = await broker().createProducer();
        await Promise.all(Array.from({ length: 40 }, (_, at) => producer.send(aRecord(name, { partition: at % 2 }))));
        let isBarrierOver = false;
        const one = await joinGroup(broker(), {
          group: members,
          topics: [name],
          beforeRejoin: async (self) => {
            await self.commitAll();
            isBarrierOver = true;
          },
        });
        await one.received(40);
        const two = await joinGroup(other, { group: members, topics: [name] });
        await two.until(() => newest(two).length === 1);
        expect(isBarrierOver).toBe(true);
        await one.until(() => newest(one).length === 1);
        await Promise.all(Array.from({ length: 10 }, (_, at) => producer.send(aRecord(name, { partition: at % 2 }))));
        await two.received(5);
        // What the first finished and committed in its barrier never comes to the second.
        expect(two.records.map(({ offset }) => offset)).toEqual([20, 21, 22, 23, 24]);
        await producer.close();
        await two.member.close();
        await one.member.close();
        await other.close();
      },
      skip,
    );

    law(
      'refuses the commit of a member that the group went on without',
      async () => {
        const name = await topic(1);
        const members = group();
        const other = await harness().connect();
        const one = await joinGroup(other, { group: members, topics: [name] });
        await one.member.close();
        const two = await joinGroup(broker(), { group: members, topics: [name] });
        await expect(one.member.commit([{ topic: name, partition: 0, offset: 0 }])).rejects.toThrow();
        await two.member.close();
        await other.close();
      },
      skip,
    );
  });
}
