import { afterEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { api } from './fault-proxy.ts';
import { answers, failProduced } from './tampering.ts';

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  let open: BehindProxy;
  afterEach(() => open.close());

  const write = async (topic: string, value: string): Promise<void> => {
    const producer = await open.direct.createProducer();
    await producer.send({ topic, key: null, value: Buffer.from(value), headers: [] });
    await producer.close();
  };

  // L7: a producer that was disconnected while a send was being tried again connected anew and wrote after its end.
  it('a close while a send is tried again ends it: no socket is left, and nothing is written any more', async () => {
    open = await connectBehindProxy({
      driver,
      producer: { requestTimeoutMs: 500, closeTimeoutMs: 800, retryMinMs: 5, retryMaxMs: 20 },
    });
    const topic = `${space}-l7`;
    await createTopic(open.direct, topic);
    const refused = open.proxy.onAnswer(api.produce, {
      kind: 'rewrite',
      rewrite: (frame) => failProduced(frame, topic, 0, answers.notEnoughReplicas),
    });
    const producer = await open.broker.createProducer();
    const sent = producer.send({ topic, key: null, value: Buffer.from('late'), headers: [] }).catch((error) => error);
    await until(() => refused.hits() > 3, 'it is tried again');
    await producer.close();
    expect(await sent).toMatchObject({ code: 'X_DELIVERY_CLOSED' });
    await open.broker.close();
    await until(() => open.proxy.open() === 0, 'every socket is closed');
    const made = open.proxy.made();
    const asked = open.proxy.requests.length;
    refused.end();
    await write(topic, 'after the close');
    const log = (await readRangesToEnd(open.direct, topic)).map(({ value }) => String(value));
    expect(log.indexOf('after the close')).toBe(log.length - 1);
    expect([open.proxy.open(), open.proxy.made(), open.proxy.requests.length]).toEqual([0, made, asked]);
  });

  // The same of a consumer: a membership that is tried again outlived the end of its owner.
  it('a close while a membership is tried again ends it: no socket is left, and none is opened any more', async () => {
    open = await connectBehindProxy({ driver, member: { requestTimeoutMs: 500, closeTimeoutMs: 500 } });
    const topic = `${space}-l7-member`;
    await createTopic(open.direct, topic);
    const cut = open.proxy.onAnswer(api.joinGroup, { kind: 'cut' });
    const member = await open.broker.createMember({
      group: topic,
      topics: [topic],
      listener: {
        onAssigned: () => undefined,
        onRecords: () => undefined,
        beforeRejoin: async () => undefined,
        onUnreadable: () => undefined,
        onCrash: () => undefined,
      },
    });
    const started = member.start().catch((error: unknown) => error);
    await until(() => cut.hits() > 1, 'it is tried again');
    await member.close();
    expect(await started).toMatchObject({ code: 'X_KAFKA_CLOSED' });
    await open.broker.close();
    await until(() => open.proxy.open() === 0, 'every socket is closed');
    const made = open.proxy.made();
    // As long as several of its tries would have taken.
    const other = await joinGroup(open.direct, { group: `${topic}-other`, topics: [topic] });
    const from = performance.now();
    await until(() => other.member.lastHeartbeatAt() > from + 2_500, 'another lives on');
    expect([open.proxy.open(), open.proxy.made()]).toEqual([0, made]);
    await other.member.close();
  });
});
