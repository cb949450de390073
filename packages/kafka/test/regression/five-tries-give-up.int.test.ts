import { afterEach, describe, expect, it } from '@jest/globals';
import { drivers, testNamespace } from '../kafka-harness.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { api } from './fault-proxy.ts';
import { answers, failProduced } from './tampering.ts';

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-l5`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // L5: five tries and some nine seconds was all, although the documentation promised to go on for ever.
  it('a leader that cannot take records yet is asked until it can, as long as the delivery budget lasts', async () => {
    open = await connectBehindProxy({ driver, producer: { retryMinMs: 5, retryMaxMs: 20 } });
    await createTopic(open.direct, topic);
    const refused = open.proxy.onAnswer(
      api.produce,
      { kind: 'rewrite', rewrite: (frame) => failProduced(frame, topic, 0, answers.notEnoughReplicas) },
      { times: 20 },
    );
    const producer = await open.broker.createProducer();
    const position = await producer.send({ topic, key: null, value: Buffer.from('a'), headers: [] });
    expect(refused.hits()).toBe(20);
    // The proxy lied: every one of them was written.
    expect(position).toEqual({ topic, partition: 0, offset: 20 });
    await producer.close();
  });
});
