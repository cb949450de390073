import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, joinGroup } from '@millrace/conformance';
import { freePortRun, type RunningKafka, startKafka } from '@millrace/embedded';
import kafkajs from 'kafkajs';
import { connectKafka, type DriverName, type KafkaBroker } from '../../src/index.ts';
import { disturbGroup, drivers, quiet, until } from '../kafka-harness.ts';
import { api, type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { append } from './fill-topic.ts';
import { answers, failFetched } from './tampering.ts';

let folder: string;
let kafka: RunningKafka;
let admin: kafkajs.Admin;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-late-'));
  const port = await freePortRun(6);
  kafka = await startKafka({ dataDir: join(folder, 'kafka'), port, controllerPort: port + 1, nodes: 3 });
  admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin();
  await admin.connect();
}, 300_000);
afterAll(async () => {
  await admin.disconnect();
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const connect = (driver: DriverName, proxy?: FaultProxy): KafkaBroker =>
  connectKafka({
    ...{ driver, brokers: kafka.brokers, clientId: 'late', logger: quiet },
    member: { heartbeatIntervalMs: 200 },
    ...(proxy === undefined ? {} : { openSocket: proxy.openSocket }),
  });

describe.each(drivers)('over %s', (driver) => {
  // C10: what an assignment had fetched and was handed on after the next one had begun moved the positions of that one:
  // records were left out, or an offset was committed that nobody had reached.
  it('a batch of one broker that comes after the group has joined again over another moves nothing', async () => {
    const proxy = await startFaultProxy(kafka.brokers);
    const [broker, direct] = [connect(driver, proxy), connect(driver)];
    const topic = `late-${driver}`;
    // Partition 0 on the first broker, 1 on the second.
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic,
          replicaAssignment: [
            { partition: 0, replicas: [1] },
            { partition: 1, replicas: [2] },
          ],
        },
      ],
    });
    await append(direct, topic, 2, 10);
    const probe = await joinGroup(broker, { group: topic, topics: [topic] });
    await probe.received(10);
    await probe.member.commit([0, 1].map((partition) => ({ topic, partition, offset: 2 })));

    const released = Promise.withResolvers<void>();
    const late = proxy.onAnswer(
      api.fetch,
      { kind: 'hold', until: released.promise },
      { when: ({ broker: from }) => from === kafka.brokers[1] },
    );
    await append(direct, topic, 2, 10);
    await until(() => late.hits() > 0, 'the second broker has answered');
    // Another partition, and an answer that makes the member look at what there is.
    await direct.admin.createPartitions(topic, 3);
    await eventually(async () => (await direct.admin.offsets([topic])).length === 3);
    const before = probe.records.length;
    proxy.onAnswer(
      api.fetch,
      { kind: 'rewrite', rewrite: (frame) => failFetched(frame, topic, 0, answers.notLeader) },
      { times: 1 },
    );
    // The other driver hears of it with a heartbeat, whatever its fetches do.
    const stop = driver === 'platformatic' ? await disturbGroup(topic, kafka.brokers) : (): void => undefined;
    await probe.until(() => probe.assignments.length > 1);
    const from = probe.records.length;
    expect(from).toBeLessThanOrEqual(before + 5);
    late.end();
    released.resolve();
    const since = (partition: number): number[] =>
      probe.records
        .slice(from)
        .filter((record) => record.partition === partition)
        .map(({ offset }) => offset);
    await probe.until(() => since(0).length >= 8 && since(1).length >= 8);
    for (const partition of [0, 1]) expect(since(partition)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    stop();
    await probe.member.close();
    await Promise.all([broker.close(), direct.close()]);
    await proxy.close();
  }, 120_000);
});
