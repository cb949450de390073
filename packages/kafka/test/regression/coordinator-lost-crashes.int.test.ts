import { afterEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { type BehindProxy, connectBehindProxy } from './behind-proxy.ts';
import { api } from './fault-proxy.ts';
import { fillTopic } from './fill-topic.ts';

describe.each(drivers)('over %s', (driver) => {
  const topic = `${testNamespace()}-${driver}-coordinator`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // While a group's coordinator is elected no broker knows it, which ended the client for good: the process had to start
  // again, and again, as long as the election took.
  it('a coordinator that no broker can name is looked for until one can', async () => {
    open = await connectBehindProxy({ driver });
    await fillTopic(open.direct, topic, 1, 3);
    const lost = open.proxy.onAnswer(api.findCoordinator, { kind: 'cut' });
    const joining = joinGroup(open.broker, { group: topic, topics: [topic] });
    await until(() => lost.hits() > 5, 'it is looked for again and again', 40_000);
    lost.end();
    const probe = await joining;
    await probe.received(3);
    expect(probe.crashes()).toEqual([]);
    await probe.member.close();
  });
});
