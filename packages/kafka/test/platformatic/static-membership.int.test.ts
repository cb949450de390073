import { afterAll, describe, expect, it } from '@jest/globals';
import { type GroupProbe, joinGroup } from '@millrace/conformance';
import type { GroupListener, GroupMember, InboundRecord } from '@millrace/messaging';
import { turns } from '@millrace/messaging/testing';
import { connectMortal, type MortalBroker, testNamespace, until } from '../kafka-harness.ts';
import { fillTopic } from '../regression/fill-topic.ts';

const space = testNamespace();
const mortals: MortalBroker[] = [];
const connect = (): MortalBroker => {
  const mortal = connectMortal({ driver: 'platformatic' });
  mortals.push(mortal);
  return mortal;
};
afterAll(async () => {
  await Promise.all(mortals.map((mortal) => mortal.bury()));
});

interface Static {
  readonly member: GroupMember;
  readonly records: InboundRecord[];
  readonly crashes: Error[];
  readonly partitions: () => readonly number[];
  readonly joins: () => number;
}

async function join(group: string, instanceId: string, from: MortalBroker = connect()): Promise<Static> {
  const records: InboundRecord[] = [];
  const crashes: Error[] = [];
  const assignments: (readonly number[])[] = [];
  const listener: GroupListener = {
    onAssigned: ({ partitions }) => assignments.push(partitions.map(({ partition }) => partition)),
    onRecords: (batch) => records.push(...batch),
    beforeRejoin: async () => undefined,
    onUnreadable: (_, error) => crashes.push(error),
    onCrash: (error) => crashes.push(error),
  };
  const member = await from.broker.createMember({ group, topics: [group], listener, instanceId });
  await member.start();
  return { member, records, crashes, partitions: () => assignments.at(-1) ?? [], joins: () => assignments.length };
}

async function pair(
  group: string,
): Promise<{ readonly one: Static; readonly two: Static; readonly first: MortalBroker }> {
  await fillTopic(connect().broker, group, 4, 40);
  const first = connect();
  const one = await join(group, 'svc-0', first);
  const two = await join(group, 'svc-1');
  await until(() => one.partitions().length === 2 && two.partitions().length === 2, 'both have their half');
  return { one, two, first };
}

describe('a static member', () => {
  it('that is killed and comes back goes on at once with what it had, and nobody else notices', async () => {
    const group = `${space}-back`;
    const { one, two, first } = await pair(group);
    const had = one.partitions();
    const joins = two.joins();
    first.kill();
    const killedAt = performance.now();
    const back = await join(group, 'svc-0');
    await until(() => back.records.length > 0, 'the first record after the restart');
    // Anybody else waits for nearly the whole session.
    expect(performance.now() - killedAt).toBeLessThan(back.member.sessionTimeoutMs / 3);
    expect(back.partitions()).toEqual(had);
    expect(two.joins()).toBe(joins);
    expect(two.crashes).toEqual([]);
    await Promise.all([back.member.close(), two.member.close()]);
  });

  it('that is stopped and started again moves no partition', async () => {
    const group = `${space}-rolling`;
    const { one, two } = await pair(group);
    const had = one.partitions();
    const joins = two.joins();
    await one.member.close();
    const back = await join(group, 'svc-0');
    expect(back.partitions()).toEqual(had);
    await back.member.commit([{ topic: group, partition: had[0] as number, offset: 1 }]);
    expect(two.joins()).toBe(joins);
    await Promise.all([back.member.close(), two.member.close()]);
  });

  it('that never comes back is replaced after its session', async () => {
    const group = `${space}-gone`;
    const { two, first } = await pair(group);
    first.kill();
    await until(() => two.partitions().length === 4, 'the other one takes everything');
    await two.member.close();
  });

  it('whose name another process takes is fenced, and says so', async () => {
    const group = `${space}-fenced`;
    const { one, two } = await pair(group);
    const usurper = await join(group, 'svc-0');
    await until(() => one.crashes.length > 0, 'the first process hears of it');
    expect(one.crashes).toMatchObject([{ code: 'X_MEMBER_FENCED', exitCode: 78 }]);
    await expect(one.member.commit([{ topic: group, partition: 0, offset: 1 }])).rejects.toMatchObject({
      code: 'X_KAFKA_NOT_IN_GROUP',
    });
    expect(usurper.crashes).toEqual([]);
    await Promise.all([usurper.member.close(), two.member.close()]);
  });
});

describe('a member on @platformatic/kafka', () => {
  it('holds back what arrives for a partition that is paused meanwhile, and hands it over in order', async () => {
    const topic = `${space}-held`;
    const { broker } = connect();
    await fillTopic(broker, topic, 2, 4_000);
    const records: InboundRecord[] = [];
    const every: { topic: string; partition: number }[] = [0, 1].map((partition) => ({ topic, partition }));
    let isPaused = false;
    let late = 0;
    const member = await broker.createMember({
      group: topic,
      topics: [topic],
      listener: {
        onAssigned: () => undefined,
        onRecords: (batch) => {
          if (isPaused) late += batch.length;
          records.push(...batch);
          isPaused = true;
          member.pause(every);
        },
        beforeRejoin: async () => undefined,
        onUnreadable: () => undefined,
        onCrash: () => undefined,
      },
    });
    await member.start();
    let heldBack = 0;
    while (records.length < 4_000) {
      await until(() => isPaused, 'more records have come');
      const pausedAt = performance.now();
      await until(() => member.lastHeartbeatAt() > pausedAt, 'what came with them has come too');
      const before = records.length;
      isPaused = false;
      member.resume(every);
      // What was held back comes without another request.
      await turns(2);
      heldBack += records.length - before;
    }
    expect(heldBack).toBeGreaterThan(0);
    for (const partition of [0, 1])
      expect(records.filter((record) => record.partition === partition).map(({ offset }) => offset)).toEqual(
        Array.from({ length: 2_000 }, (_, offset) => offset),
      );
    expect(late).toBe(0);
    await member.close();
  });

  it('leaves at once when it is closed, so that another takes over without waiting for its session', async () => {
    const topic = `${space}-leaves`;
    await fillTopic(connect().broker, topic, 2, 0);
    const probes: GroupProbe[] = [];
    for (const mortal of [connect(), connect()])
      probes.push(await joinGroup(mortal.broker, { group: topic, topics: [topic] }));
    const [one, two] = probes as [GroupProbe, GroupProbe];
    await two.until(() => two.assignments.at(-1)?.partitions.length === 1);
    const closedAt = performance.now();
    await one.member.close();
    await two.until(() => two.assignments.at(-1)?.partitions.length === 2);
    expect(performance.now() - closedAt).toBeLessThan(two.member.sessionTimeoutMs / 2);
    await two.member.close();
  });
});
