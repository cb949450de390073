import { afterEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { api } from './fault-proxy.ts';
import { append } from './fill-topic.ts';

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-cut`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // The half of an answer that came before its connection was cut was taken for the beginning of the first answer on the
  // next: the process ended with a RangeError from a socket, or waited for bytes that nobody had promised.
  it.each([
    ['fetch', api.fetch],
    ['heartbeat', api.heartbeat],
  ] as const)('a group goes on after the answer to a %s was cut in the middle, again and again', async (_, key) => {
    open = await connectBehindProxy({ driver });
    const ofKey = `${topic}-${key}`;
    await createTopic(open.direct, ofKey);
    await append(open.direct, ofKey, 1, 5);
    const probe = await joinGroup(open.broker, { group: ofKey, topics: [ofKey] });
    await probe.received(5);
    const cut = open.proxy.onAnswer(key, { kind: 'cut-midway' }, { times: 3 });
    await until(() => cut.hits() === 3, 'three answers were cut', 40_000);
    await append(open.direct, ofKey, 1, 5);
    const offsets = (): number[] => [...new Set(probe.records.map(({ offset }) => offset))];
    await until(() => offsets().length === 10, 'it reads on', 40_000);
    expect(offsets()).toEqual(Array.from({ length: 10 }, (_each, at) => at));
    expect(probe.crashes()).toEqual([]);
    await probe.member.close();
  });
});
