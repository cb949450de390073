import { describe, expect } from '@jest/globals';
import { type GroupProbe, joinGroup } from '../group-probe.ts';
import { eventually, law } from '../harness.ts';
import { aRecord, type BrokerLawContext } from './context.ts';

/** From the kill to the successor's first record; a dynamic member waits for nearly the killed one's whole session. */
const backAtWorkMs = ({ member }: GroupProbe): number => (member.sessionTimeoutMs * 2) / 3;

const newest = (probe: GroupProbe): readonly string[] =>
  (probe.assignments.at(-1)?.partitions ?? []).map((one) => `${one.topic}/${one.partition}`).sort();

export function staticMemberLaws({ broker, harness, topic, group, subject }: BrokerLawContext): void {
  const skip = subject.capabilities.staticMembership ? false : 'declares staticMembership: false';

  const fill = async (name: string, partitions: number): Promise<void> => {
    const producer = await broker().createProducer();
    await Promise.all(
      Array.from({ length: partitions * 5 }, (_, at) => producer.send(aRecord(name, { partition: at % partitions }))),
    );
    await producer.close();
  };

  /** Two processes of a group that have two of a topic's four partitions each. */
  const twoMembers = async () => {
    const [name, members] = [await topic(4), group()];
    const [first, second] = [await harness().connect(), await harness().connect()];
    const one = await joinGroup(first, { group: members, topics: [name], instanceId: 'one' });
    const two = await joinGroup(second, { group: members, topics: [name], instanceId: 'two' });
    await one.until(() => newest(one).length === 2);
    await two.until(() => newest(two).length === 2);
    return { name, members, first, second, one, two };
  };

  describe('static member', () => {
    law(
      'shares the partitions with members of other names, and goes on at once after a kill, with the same ones',
      async () => {
        const { name, members, first, second, one, two } = await twoMembers();
        await fill(name, 4);
        expect([...newest(one), ...newest(two)].sort()).toEqual([0, 1, 2, 3].map((at) => `${name}/${at}`));
        // The group's leader and one that follows it, one after the other.
        for (const [id, killed, process, sibling] of [
          ['one', one, first, two],
          ['two', two, second, one],
        ] as const) {
          const undisturbed = sibling.assignments.length;
          await harness().crash(process);
          const began = performance.now();
          const back = await harness().connect();
          const again = await joinGroup(back, { group: members, topics: [name], instanceId: id });
          await again.received(1);
          expect(performance.now() - began).toBeLessThan(backAtWorkMs(killed));
          expect(newest(again)).toEqual(newest(killed));
          if (id === 'one') expect(sibling.assignments.length).toBe(undisturbed);
        }
      },
      skip,
    );

    law(
      'keeps its place when it closes, so that a restart moves no partition',
      async () => {
        const { name, members, first, one, two } = await twoMembers();
        const undisturbed = two.assignments.length;
        for (let restarts = 0; restarts < 2; restarts += 1) {
          await one.member.close();
          const again = await joinGroup(first, { group: members, topics: [name], instanceId: 'one' });
          expect(newest(again)).toEqual(newest(one));
          if (restarts === 0) await again.member.close();
        }
        expect(two.assignments.length).toBe(undisturbed);
      },
      skip,
    );

    law(
      'gives its place up when it leaves, so that its group is empty at once',
      async () => {
        const { members, one, two } = await twoMembers();
        await Promise.all([one.member.leave(), two.member.leave()]);
        const left = performance.now();
        await eventually(async () => (await broker().admin.describeGroups([members]))[0]?.members === 0);
        expect(performance.now() - left).toBeLessThan(backAtWorkMs(one));
        // Again, and after: safe.
        await one.member.leave();
        await one.member.close();
      },
      skip,
    );

    law(
      'is fenced by a second one of its name, which goes on in its place',
      async () => {
        const name = await topic(2);
        const members = group();
        await fill(name, 2);
        const [first, second] = [await harness().connect(), await harness().connect()];
        const one = await joinGroup(first, { group: members, topics: [name], instanceId: 'one' });
        await one.received(10);
        const two = await joinGroup(second, { group: members, topics: [name], instanceId: 'one' });
        await two.received(10);
        await one.until(() => one.crashes().length > 0);
        expect(one.crashes()).toMatchObject([{ code: 'X_MEMBER_FENCED', disposition: { kind: 'retry' } }]);
        await expect(one.member.commit([{ topic: name, partition: 0, offset: 1 }])).rejects.toThrow();
        await two.commitAll();
        expect(two.crashes()).toEqual([]);
      },
      skip,
    );

    law(
      'is replaced after its session when it never comes back',
      async () => {
        const name = await topic(2);
        const members = group();
        await fill(name, 2);
        const [first, second] = [await harness().connect(), await harness().connect()];
        const one = await joinGroup(first, { group: members, topics: [name], instanceId: 'one' });
        const two = await joinGroup(second, { group: members, topics: [name], instanceId: 'two' });
        await one.until(() => newest(one).length === 1);
        await harness().crash(first);
        const died = performance.now();
        await two.until(() => newest(two).length === 2);
        expect(performance.now() - died).toBeLessThan(two.member.sessionTimeoutMs + 5_000);
      },
      skip,
    );

    law(
      'gets the partitions of a topic that it reads only since its restart, and those that a topic has grown by',
      async () => {
        const [name, added] = [await topic(2), await topic(2)];
        const members = group();
        const first = await harness().connect();
        const one = await joinGroup(first, { group: members, topics: [name], instanceId: 'one' });
        await one.member.close();
        await broker().admin.createPartitions(name, 3);
        await broker().admin.createPartitions(added, 3);
        const again = await joinGroup(await harness().connect(), {
          group: members,
          topics: [name, added],
          instanceId: 'one',
        });
        expect(newest(again)).toEqual([name, added].flatMap((each) => [0, 1, 2].map((at) => `${each}/${at}`)).sort());
      },
      skip,
    );
  });
}
