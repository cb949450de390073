import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { freePortRun, type RunningKafka, startKafka } from '@millrace/embedded';
import kafkajs from 'kafkajs';
import { connectKafka, type KafkaBroker } from '../../src/index.ts';
import { drivers, quiet, until } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';

describe.each(drivers)('over %s', (driver) => {
  let folder: string;
  let kafka: RunningKafka;
  let broker: KafkaBroker;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-leader-'));
    const port = await freePortRun(6);
    kafka = await startKafka({ dataDir: join(folder, 'kafka'), port, controllerPort: port + 1, nodes: 3 });
    broker = connectKafka({ driver, brokers: kafka.brokers, clientId: 'leader-move', logger: quiet });
  }, 300_000);
  afterAll(async () => {
    await broker.close();
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  // L1, L2: a send resolved although the partition whose leader had moved was never written, and keyless records of a
  // retry went to other partitions than before, some lost and some twice.
  it('leaders that move under load lose nothing that was acknowledged and keep the order of first occurrences, and a group reads on', async () => {
    const topic = 'moving';
    await broker.admin.createTopics([{ name: topic, partitions: 6, replicationFactor: 1, config: {} }]);
    const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin();
    await admin.connect();
    const probe = await joinGroup(broker, { group: topic, topics: [topic] });
    const producer = await broker.createProducer();
    const acknowledged: { partition: number; offset: number; value: string }[] = [];
    let isMoving = true;
    let sent = 0;
    const caller = async (): Promise<void> => {
      while (isMoving) {
        const value = String(sent++);
        const { partition, offset } = await producer.send({
          topic,
          partition: Number(value) % 6,
          key: null,
          value: Buffer.from(value),
          headers: [],
        });
        acknowledged.push({ partition, offset, value });
      }
    };
    const callers = Array.from({ length: 60 }, caller);
    for (let round = 1; round <= 4; round++) {
      await admin.alterPartitionReassignments({
        topics: [
          {
            topic,
            partitionAssignment: Array.from({ length: 6 }, (_, partition) => ({
              partition,
              replicas: [((partition + round) % 3) + 1],
            })),
          },
        ],
      });
      const before = acknowledged.length;
      await until(() => acknowledged.length >= before + 300, `deliveries go on after move ${round}`, 60_000);
    }
    isMoving = false;
    await Promise.all(callers);
    await admin.disconnect();
    const read = (): Set<string> => new Set(probe.records.map(({ partition, offset }) => `${partition}/${offset}`));
    await until(
      () => acknowledged.every(({ partition, offset }) => read().has(`${partition}/${offset}`)),
      'the group has everything',
    );
    expect([probe.assignments.length, probe.barriers(), probe.crashes()]).toEqual([1, 0, []]);
    await probe.member.close();
    const log = await readRangesToEnd(broker, topic);
    const stored = new Map(log.map((record) => [`${record.partition}/${record.offset}`, String(record.value)]));
    for (const { partition, offset, value } of acknowledged) expect(stored.get(`${partition}/${offset}`)).toBe(value);
    for (const partition of [0, 1, 2, 3, 4, 5]) {
      // A leader may append, lose the lead and answer that it is none: then the batch stands twice, in one piece.
      const values = [
        ...new Set(log.filter((record) => record.partition === partition).map(({ value }) => Number(value))),
      ];
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
    expect(new Set(stored.values()).size).toBe(acknowledged.length);
    expect(producer.stats().retries).toBeGreaterThan(0);
    await producer.close();
  }, 120_000);
});
