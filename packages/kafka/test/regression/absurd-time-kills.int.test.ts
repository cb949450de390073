import { afterEach, describe, expect, it } from '@jest/globals';
import { isoTime } from '@millrace/messaging';
import { drivers, testNamespace } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-absurd-time`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // A time that lies far enough in the past is checked by nobody: no date can say it, and no service may end for it.
  it('a record comes with whatever time it states, as a whole number that can be shown', async () => {
    open = await connectBehindProxy({ driver });
    await createTopic(open.direct, topic);
    const producer = await open.broker.createProducer();
    const times = [-9e15, -8.64e15 - 1, -1, 0, 1_700_000_000_000];
    for (const timestamp of times)
      await producer.send({ topic, key: null, value: Buffer.from('a'), headers: [], timestamp });
    const read = (await readRangesToEnd(open.direct, topic)).map(({ timestamp }) => timestamp);
    expect(read).toEqual(times);
    expect(read.map(isoTime).every((shown) => shown.endsWith('Z'))).toBe(true);
    await producer.close();
  });
});
