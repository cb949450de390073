import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import type { GroupListener } from '@millrace/messaging';
import { connectKafka, type DriverName, type KafkaBroker, type KafkaOptions } from '../../src/index.ts';
import { quiet, until } from '../kafka-harness.ts';

export type SecureOptions = Partial<KafkaOptions> & Pick<KafkaOptions, 'brokers'>;

export const connectSecure = (driver: DriverName, options: SecureOptions): KafkaBroker =>
  connectKafka({
    driver,
    clientId: 'secure-test',
    logger: quiet,
    ...options,
    producer: { deliveryTimeoutMs: 10_000, ...options.producer },
    member: { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 500, closeTimeoutMs: 3_000, ...options.member },
  });

/** Every kind of connection that the port opens: admin, producer, group member, reader, ranges. */
export async function useEverything(broker: KafkaBroker, topic: string): Promise<void> {
  await broker.admin.createTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
  const producer = await broker.createProducer();
  const values = ['a', 'b', 'c'];
  for (const value of values)
    await producer.send({ topic, key: Buffer.from(value), value: Buffer.from(value), headers: [] });

  const consumed: string[] = [];
  const member = await broker.createMember({
    group: `${topic}.group`,
    topics: [topic],
    listener: collecting(consumed),
  });
  await member.start();
  await until(() => consumed.length === values.length, 'the group reads everything');
  const ends = await broker.admin.offsets([topic]);
  await member.commit(ends.map(({ partition, latest }) => ({ topic, partition, offset: latest })));
  await member.close();

  const read: string[] = [];
  const reader = await broker.createReader({
    topics: [topic],
    from: 'earliest',
    onRecord: ({ value }) => read.push(String(value)),
  });
  await reader.caughtUp;
  const ranged: string[] = [];
  for await (const { value } of broker.readRanges(
    ends.map(({ partition, earliest, latest }) => ({ topic, partition, from: earliest, to: latest })),
  ))
    ranged.push(String(value));

  expect([consumed.sort(), read.sort(), ranged.sort()]).toEqual([values, values, values]);
  const committed = await broker.admin.committed(`${topic}.group`, [topic]);
  expect(committed.map((each) => each.committed?.offset).sort()).toEqual(ends.map(({ latest }) => latest).sort());
  expect(await broker.isReachable(5_000)).toBe(true);
  expect(broker.readiness()).toEqual({ ok: true });
}

export const collecting = (values: string[], onJoined: () => void = () => undefined): GroupListener => ({
  onAssigned: onJoined,
  onRecords: (records) => values.push(...records.map(({ value }) => String(value))),
  beforeRejoin: async () => undefined,
  onUnreadable: (_, error) => {
    throw error;
  },
  onCrash: (error) => {
    throw error;
  },
});

/** Everything that an error says or carries: nothing of it may be a secret. */
export const everythingSaid = (error: unknown): string =>
  inspect(error, { depth: null, maxStringLength: null, maxArrayLength: null, showHidden: true });

export const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: Error) => error,
  );
