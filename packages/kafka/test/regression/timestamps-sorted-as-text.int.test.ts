import { afterEach, describe, expect, it } from '@jest/globals';
import { drivers, testNamespace } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { api } from './fault-proxy.ts';
import { sentBatches } from './tampering.ts';

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-p4`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // P4: a batch's timestamps were sorted as text, so 999 was later than 1,000, and what is looked up by time was not found.
  it('a batch says the latest of its timestamps, however many digits they have, and each comes back as it was', async () => {
    open = await connectBehindProxy({ driver });
    await createTopic(open.direct, topic);
    const producer = await open.broker.createProducer();
    await producer.send({ topic, key: null, value: Buffer.from('alone'), headers: [], timestamp: 5 });
    const times = [999, 1_000, 20, 1_699_999_999_999, 3, 1_000];
    await Promise.all(
      times.map((timestamp) => producer.send({ topic, key: null, value: Buffer.from('a'), headers: [], timestamp })),
    );
    const sent = open.proxy.requests.filter(({ apiKey }) => apiKey === api.produce).flatMap(sentBatches);
    expect(sent.map(({ maxTimestamp }) => maxTimestamp)).toEqual([5, 1_699_999_999_999]);
    expect((await readRangesToEnd(open.direct, topic)).map(({ timestamp }) => timestamp)).toEqual([5, ...times]);
    const at = async (time: number): Promise<number | undefined> =>
      (await open.direct.admin.offsetsAtTime(topic, time))[0]?.offset;
    expect([await at(1_000), await at(1_001), await at(1_700_000_000_000)]).toEqual([2, 4, 7]);
    await producer.close();
  });
});
