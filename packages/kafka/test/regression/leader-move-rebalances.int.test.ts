import { afterEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { api } from './fault-proxy.ts';
import { append } from './fill-topic.ts';
import { answers, failFetched } from './tampering.ts';

const unknownTopicOrPartition = 3;

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // C8: any answer that told of another leader made the whole group join again and shuffle its partitions.
  it.each([
    ['is none any more', answers.notLeader],
    ['has no replica any more', unknownTopicOrPartition],
  ])('a leader that %s is looked for again, and nobody joins again', async (_, code) => {
    open = await connectBehindProxy({ driver });
    const topic = `${space}-c8-${code}`;
    await createTopic(open.direct, topic, 2);
    await append(open.direct, topic, 2, 10);
    const probe = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await probe.received(10);
    const moved = open.proxy.onAnswer(
      api.fetch,
      { kind: 'rewrite', rewrite: (frame) => failFetched(frame, topic, 1, code) },
      { times: 3 },
    );
    await append(open.direct, topic, 2, 10);
    await probe.received(20);
    expect(moved.hits()).toBe(3);
    for (const partition of [0, 1]) {
      const offsets = probe.records.filter((record) => record.partition === partition).map(({ offset }) => offset);
      expect(offsets).toEqual(Array.from({ length: 10 }, (_, at) => at));
    }
    await probe.commitAll();
    expect([probe.assignments.length, probe.barriers(), probe.crashes()]).toEqual([1, 0, []]);
    await probe.member.close();
  });

  it('a reader whose leader is none any more asks who is, before it goes on', async () => {
    open = await connectBehindProxy({ driver });
    const topic = `${space}-c8-reader`;
    await createTopic(open.direct, topic);
    const read: number[] = [];
    const reader = await open.broker.createReader({
      topics: [topic],
      from: 'earliest',
      onRecord: ({ offset }) => read.push(offset),
    });
    const lookups = (): number => open.proxy.requests.filter(({ apiKey }) => apiKey === api.metadata).length;
    const before = lookups();
    // As it is with a broker that leads no more: it never answers otherwise.
    const moved = open.proxy.onAnswer(
      api.fetch,
      { kind: 'rewrite', rewrite: (frame) => failFetched(frame, topic, 0, answers.notLeader) },
      { when: () => lookups() === before },
    );
    await append(open.direct, topic, 1, 3);
    await until(() => read.length === 3, 'the reader goes on');
    expect(moved.hits()).toBeGreaterThan(0);
    expect(read).toEqual([0, 1, 2]);
    await reader.close();
  });
});
