import { afterEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import type { RecordPosition } from '@millrace/messaging';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { type ActiveFault, api } from './fault-proxy.ts';
import { append } from './fill-topic.ts';
import { dethrone } from './tampering.ts';

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  let open: BehindProxy;
  afterEach(() => open.close());

  const dethroned = (topic: string, partition: number): ActiveFault =>
    open.proxy.onAnswer(api.metadata, {
      kind: 'rewrite',
      rewrite: (frame) => dethrone(frame, topic, partition),
    });

  // The client threw away whatever it was told about a cluster as long as one partition in all of it had no leader.
  it('a partition without a leader holds up its own records only, and gets them when it has one', async () => {
    open = await connectBehindProxy({ driver });
    const topic = `${space}-own`;
    await createTopic(open.direct, topic, 3);
    const fault = dethroned(topic, 1);
    const producer = await open.broker.createProducer();
    const send = (partition: number): Promise<RecordPosition> =>
      producer.send({ topic, partition, key: null, value: Buffer.from('a'), headers: [] });
    let isWritten = false;
    const held = send(1).then(() => {
      isWritten = true;
    });
    await Promise.all([send(0), send(2), send(0), send(2)]);
    expect(fault.hits()).toBeGreaterThan(0);
    expect(isWritten).toBe(false);
    fault.end();
    await held;
    await producer.close();
  });

  it('a partition of somebody else’s topic without a leader holds up nothing', async () => {
    open = await connectBehindProxy({ driver });
    const [topic, other] = [`${space}-mine`, `${space}-theirs`];
    await createTopic(open.direct, topic);
    await createTopic(open.direct, other);
    dethroned(other, 0);
    const producer = await open.broker.createProducer();
    await producer.send({ topic, key: null, value: Buffer.from('a'), headers: [] });
    expect(await open.broker.admin.offsets([topic])).toMatchObject([{ latest: 1 }]);
    expect(await open.broker.admin.describeTopics([topic])).toMatchObject([{ name: topic, partitions: 1 }]);
    const probe = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await probe.received(1);
    await probe.member.close();
    await producer.close();
  });

  it('a group that reads goes on with the others, and with that one when it has a leader again', async () => {
    open = await connectBehindProxy({ driver });
    const topic = `${space}-read`;
    await createTopic(open.direct, topic, 2);
    await append(open.direct, topic, 2, 2);
    const probe = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await probe.received(2);
    await probe.commitAll();
    await probe.member.close();
    const fault = dethroned(topic, 1);
    await append(open.direct, topic, 2, 4);
    const again = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await again.received(2);
    expect(again.records.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect(fault.hits()).toBeGreaterThan(0);
    fault.end();
    await until(() => again.records.length === 4, 'the other has a leader', 10_000);
    expect([again.assignments.length, again.barriers(), again.crashes()]).toEqual([1, 0, []]);
    await again.member.close();
  });
});
