import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { freePortRun, type RunningKafka, startKafka } from '@millrace/embedded';
import { connectKafka, type DriverName, type KafkaBroker } from '../src/index.ts';
import { drivers, quiet, until } from './kafka-harness.ts';

let folder: string;
let port: number;
let kafka: RunningKafka | null = null;
let broker: KafkaBroker;

const start = async (): Promise<void> => {
  kafka = await startKafka({ dataDir: join(folder, 'kafka'), port, controllerPort: port + 1 });
};
const kill = async (): Promise<void> => {
  const killed = kafka;
  if (killed === null) return;
  kafka = null;
  process.kill(killed.pid, 'SIGKILL');
  await killed.exited;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-outage-'));
  port = await freePortRun(2);
  await start();
}, 120_000);
afterEach(async () => {
  await broker.close();
});
afterAll(async () => {
  await kafka?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const connect = (driver: DriverName): KafkaBroker =>
  connectKafka({
    driver,
    brokers: [`127.0.0.1:${port}`],
    clientId: 'outage',
    logger: quiet,
    member: { sessionTimeoutMs: 6_000, staticSessionTimeoutMs: 6_000, heartbeatIntervalMs: 500 },
  });

describe.each(drivers)('an outage of Kafka over %s', (driver) => {
  it('in the middle of traffic loses nothing that was acknowledged, and everything goes on by itself', async () => {
    if (kafka === null) await start();
    broker = connect(driver);
    const topic = `outage-${driver}`;
    await broker.admin.createTopics([{ name: topic, partitions: 3, replicationFactor: 1, config: {} }]);
    const producer = await broker.createProducer();
    const probe = await joinGroup(broker, { group: topic, topics: [topic], instanceId: 'outage-0' });
    const tailed = new Set<string>();
    const reader = await broker.createReader({
      topics: [topic],
      from: 'earliest',
      onRecord: ({ value }) => tailed.add(String(value)),
    });
    const acknowledged = new Set<string>();
    let isRunning = true;
    let sent = 0;
    const caller = async (): Promise<void> => {
      while (isRunning) {
        const value = String(sent++);
        await producer.send({ topic, key: Buffer.from(value), value: Buffer.from(value), headers: [] });
        acknowledged.add(value);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const callers = Array.from({ length: 20 }, caller);
    await until(() => acknowledged.size > 500, 'traffic flows');
    for (let round = 1; round <= 2; round++) {
      await kill();
      expect(await broker.isReachable(500)).toBe(false);
      await start();
      const before = acknowledged.size;
      await until(() => acknowledged.size > before + 300, `traffic flows again after kill ${round}`, 60_000);
    }
    isRunning = false;
    await Promise.all(callers);
    const seen = (): Set<string> => new Set(probe.records.map(({ value }) => String(value)));
    await until(() => [...acknowledged].every((value) => seen().has(value)), 'the group has everything', 60_000);
    await until(() => [...acknowledged].every((value) => tailed.has(value)), 'the reader has everything', 60_000);
    expect(probe.crashes()).toEqual([]);
    // After the outage the coordinator may have forgotten the member, which is then on its way back in.
    await until(
      () =>
        probe.commitAll().then(
          () => true,
          () => false,
        ),
      'the group takes a commit',
      60_000,
    );
    await probe.member.close();
    await reader.close();
    await producer.close();
    expect(await broker.isReachable(2_000)).toBe(true);
  }, 300_000);

  it('at boot delays the start of everything, and fails nothing', async () => {
    broker = connect(driver);
    const topic = `boot-${driver}`;
    await broker.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    await broker.close();
    await kill();
    broker = connect(driver);
    const producer = await broker.createProducer();
    const sent = producer.send({ topic, key: null, value: Buffer.from('a'), headers: [] });
    const joining = joinGroup(broker, { group: topic, topics: [topic], instanceId: 'outage-0' });
    const records: string[] = [];
    const reading = broker.createReader({
      topics: [topic],
      from: 'earliest',
      onRecord: ({ value }) => records.push(String(value)),
    });
    expect(await broker.isReachable(500)).toBe(false);
    await start();
    expect(await sent).toEqual({ topic, partition: 0, offset: 0 });
    const probe = await joining;
    await probe.received(1);
    const reader = await reading;
    await until(() => records.length === 1, 'the reader has it');
    await probe.member.close();
    await reader.close();
    await producer.close();
  }, 120_000);

  it('with everything else stopped: a static member finds its place and its offset again, another takes it over', async () => {
    broker = connect(driver);
    const topic = `stopped-${driver}`;
    await broker.admin.createTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
    const producer = await broker.createProducer();
    for (const partition of [0, 1, 0, 1])
      await producer.send({ topic, partition, key: null, value: Buffer.from('a'), headers: [] });
    const one = await joinGroup(broker, { group: topic, topics: [topic], instanceId: 'stopped-0' });
    await one.received(4);
    await one.member.commit([0, 1].map((partition) => ({ topic, partition, offset: 1 })));
    await broker.close();
    await kafka?.stop();
    await start();
    broker = connect(driver);
    const again = await joinGroup(broker, { group: topic, topics: [topic], instanceId: 'stopped-0' });
    await again.received(2);
    expect(again.records.map(({ offset }) => offset)).toEqual([1, 1]);
    await broker.close();
    // The ordinal is never seen again: the group waits for its session, and goes on.
    broker = connect(driver);
    const other = await joinGroup(broker, { group: topic, topics: [topic], instanceId: 'stopped-1' });
    await until(() => other.assignments.at(-1)?.partitions.length === 2, 'the other has everything', 30_000);
    await other.received(2);
  }, 120_000);

  it('is told apart: a send that was never made is known not to be written', async () => {
    await kill();
    broker = connectKafka({
      driver,
      brokers: [`127.0.0.1:${port}`],
      clientId: 'outage',
      logger: quiet,
      producer: { deliveryTimeoutMs: 1_000 },
    });
    const producer = await broker.createProducer();
    const error = await producer
      .send({ topic: `boot-${driver}`, key: null, value: null, headers: [] })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'X_DELIVERY_FAILED', ambiguous: false, unavailable: true });
    await expect(broker.admin.offsets([`boot-${driver}`])).rejects.toMatchObject({
      code: 'X_KAFKA_UNAVAILABLE',
      unavailable: true,
    });
    await producer.close();
  }, 60_000);
});
