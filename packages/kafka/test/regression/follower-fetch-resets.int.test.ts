import { afterEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { api } from './fault-proxy.ts';
import { append } from './fill-topic.ts';
import { answers, failFetched, rackOf } from './tampering.ts';

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-c6`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // C6: with a rack set, a follower that lagged behind said "out of range", the way back to the leader was never taken
  // because of a wrong comparison, and the position was reset. So nothing here names a rack, and no "out of range",
  // true or not, moves a position.
  it('no fetch names a rack, so only leaders are asked; an answer out of range moves no position', async () => {
    open = await connectBehindProxy({ driver });
    await createTopic(open.direct, topic);
    await append(open.direct, topic, 1, 10);
    const one = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await one.received(10);
    await one.member.commit([{ topic, partition: 0, offset: 4 }]);
    await one.member.close();
    await readRangesToEnd(open.broker, topic);
    const fetches = open.proxy.requests.filter(({ apiKey }) => apiKey === api.fetch);
    expect(fetches.length).toBeGreaterThan(1);
    expect(new Set(fetches.map(rackOf))).toEqual(new Set(['']));

    const lie = open.proxy.onAnswer(api.fetch, {
      kind: 'rewrite',
      rewrite: (frame) => failFetched(frame, topic, 0, answers.offsetOutOfRange),
    });
    const two = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await until(() => two.crashes().length > 0, 'the owner hears of it');
    lie.end();
    expect(two.crashes()).toMatchObject([{ code: 'X_KAFKA_OFFSET_OUT_OF_RANGE' }]);
    await two.member.close();
    const three = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await three.received(6);
    expect(three.records.map(({ offset }) => offset)).toEqual([4, 5, 6, 7, 8, 9]);
    await three.member.close();
  });
});
