import { afterEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import type { RecordPosition } from '@millrace/messaging';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { append } from './fill-topic.ts';

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // L6: a request that was not answered in time left its connection as it was, so the next one waited on it as well: a
  // broker that is half dead, its sockets open, held a client up for minutes.
  it('connections that go silent delay a delivery by one request timeout', async () => {
    open = await connectBehindProxy({ driver, producer: { requestTimeoutMs: 1_000 } });
    const topic = `${space}-l6-produce`;
    await createTopic(open.direct, topic);
    const producer = await open.broker.createProducer();
    const send = (value: string): Promise<RecordPosition> =>
      producer.send({ topic, key: null, value: Buffer.from(value), headers: [] });
    await send('a');
    open.proxy.stallConnections();
    const from = performance.now();
    await send('b');
    expect(performance.now() - from).toBeGreaterThan(900);
    expect(performance.now() - from).toBeLessThan(10_000);
    // Nothing waits any more where nothing will ever come.
    const again = performance.now();
    await send('c');
    expect(performance.now() - again).toBeLessThan(900);
    await producer.close();
  });

  it('connections that go silent under a group and a reader delay them by one request timeout', async () => {
    open = await connectBehindProxy({ driver, member: { requestTimeoutMs: 1_000 } });
    const topic = `${space}-l6-consume`;
    await createTopic(open.direct, topic);
    await append(open.direct, topic, 1, 3);
    const probe = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await probe.received(3);
    open.proxy.stallConnections();
    const from = performance.now();
    await append(open.direct, topic, 1, 3);
    await until(() => new Set(probe.records.map(({ offset }) => offset)).size === 6, 'the group goes on', 15_000);
    await until(
      () =>
        probe.commitAll().then(
          () => true,
          () => false,
        ),
      'the group takes a commit',
      15_000,
    );
    expect(performance.now() - from).toBeLessThan(15_000);
    expect(probe.crashes()).toEqual([]);
    await probe.member.close();
  });
});
