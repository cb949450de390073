import { afterEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { api } from './fault-proxy.ts';
import { append } from './fill-topic.ts';
import { failHeartbeat } from './tampering.ts';

const rebalanceInProgress = 27;

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  let open: BehindProxy;
  afterEach(() => open.close());

  // The coordinator had moved, and the join at the new one failed with its connection. The client went back to fetching
  // in the old generation, which the coordinator still knew: heartbeats were answered, every record was fetched again and
  // again, and none was taken, because the owner had handed its partitions back at the barrier.
  it('a join that fails with its connection is made up for, and everything written meanwhile is read', async () => {
    open = await connectBehindProxy({ driver, member: { heartbeatIntervalMs: 200 } });
    const topic = `${space}-moved`;
    await createTopic(open.direct, topic, 2);
    await append(open.direct, topic, 2, 2);
    const probe = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await probe.received(2);
    const cut = open.proxy.onRequest(api.joinGroup, { kind: 'cut' }, { times: 2 });
    const moved = open.proxy.onAnswer(
      api.heartbeat,
      { kind: 'rewrite', rewrite: (frame) => failHeartbeat(frame, rebalanceInProgress) },
      { times: 1 },
    );
    await until(() => moved.hits() === 1 && cut.hits() > 0, 'a heartbeat and a join failed', 20_000);
    await append(open.direct, topic, 2, 4);
    await until(() => probe.records.length >= 6, 'what was written meanwhile', 30_000);
    expect(probe.assignments.length).toBeGreaterThan(1);
    expect(probe.crashes()).toEqual([]);
    await probe.member.close();
  });
});
