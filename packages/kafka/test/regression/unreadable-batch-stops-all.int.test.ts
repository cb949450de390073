import { afterEach, describe, expect, it } from '@jest/globals';
import { type GroupProbe, joinGroup } from '@millrace/conformance';
import { groupTopics, type Topic, topics } from '@millrace/contracts';
import { testCluster } from '@millrace/embedded/testing';
import { createInMemorySerde, type PipelineRun, pipeline, runPipeline } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createMetrics } from '@millrace/service';
import { crc32c } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { drivers, quiet, testNamespace, until } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { type BehindProxy, connectBehindProxy, createTopic } from './behind-proxy.ts';
import { type ActiveFault, api } from './fault-proxy.ts';
import { answers, damageFetched, failFetched } from './tampering.ts';

/** With a checksum that fits: so it was written. */
const sealed = (batch: Buffer, change: (batch: Buffer) => unknown): void => {
  change(batch);
  batch.writeUInt32BE(crc32c(batch.subarray(21, 12 + batch.readInt32BE(8))), 17);
};
const damages: Readonly<Record<string, (batch: Buffer) => unknown>> = {
  'a corrupt checksum': (batch) => batch.writeUInt32BE(0xdeadbeef, 17),
  'a codec that Kafka does not have': (batch) => sealed(batch, () => batch.writeInt16BE(6, 21)),
  'a payload that is none of its codec': (batch) => sealed(batch, () => batch.writeInt16BE(4, 21)),
  'garbage under a right checksum': (batch) => sealed(batch, () => batch.fill(0xff, 61, 12 + batch.readInt32BE(8))),
  'two billion records': (batch) => sealed(batch, () => batch.writeInt32BE(2 ** 31 - 1, 57)),
  'a last offset far beyond the log': (batch) => sealed(batch, () => batch.writeInt32BE(2 ** 31 - 1, 23)),
  'a length below zero': (batch) => batch.writeInt32BE(-12, 8),
  'a length beyond its answer': (batch) => batch.writeInt32BE(2 ** 31 - 1, 8),
  'a format of the future': (batch) => batch.writeUInt8(9, 16),
};

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  let open: BehindProxy;
  let made = 0;
  afterEach(() => open.close());

  const connect = async (): Promise<string> => {
    open = await connectBehindProxy({ driver });
    made += 1;
    return `${space}-${made}`;
  };
  /** One batch each. */
  const append = async (topic: string, count: number, partition = 0): Promise<void> => {
    const producer = await open.direct.createProducer();
    for (let at = 0; at < count; at += 1)
      await producer.send({ topic, partition, key: null, value: Buffer.from(String(at)), headers: [] });
    await producer.close();
  };
  /** Every time that the batch which begins at that offset comes first. */
  const damage = (topic: string, offset: number, change: (batch: Buffer) => unknown, times?: number): ActiveFault =>
    open.proxy.onAnswer(
      api.fetch,
      {
        kind: 'rewrite',
        rewrite: (frame) =>
          damageFetched(frame, topic, 0, (batches) => {
            for (let at = 0; at + 61 <= batches.length; at += 12 + batches.readInt32BE(at + 8)) {
              if (batches.readBigInt64BE(at) !== BigInt(offset)) continue;
              change(batches.subarray(at));
              return true;
            }
            return false;
          }),
      },
      times === undefined ? {} : { times },
    );
  const offsets = ({ records }: GroupProbe, partition = 0): number[] =>
    records.filter((record) => record.partition === partition).map(({ offset }) => offset);

  // C14: kafkajs checks no checksum and ends the process, or tries the same fetch for ever; so did we over platformatic.
  it.each(Object.entries(damages))(
    'a batch with %s is told of with where and why, and nothing else is read of its partition or kept from others',
    async (_, change) => {
      const topic = await connect();
      await createTopic(open.direct, topic, 2);
      await append(topic, 5);
      const damaged = damage(topic, 3, change);
      const probe = await joinGroup(open.broker, { group: topic, topics: [topic] });
      await until(() => probe.unreadable.length > 0, 'it is told of');
      expect(probe.unreadable).toEqual([{ topic, partition: 0, offset: 3, code: 'X_KAFKA_BATCH_UNREADABLE' }]);
      const hits = damaged.hits();
      // Six tries, and once before them behind what could be read.
      expect(hits).toBeLessThanOrEqual(7);
      await append(topic, 3, 1);
      await probe.until(() => offsets(probe, 1).length === 3);
      expect([offsets(probe), probe.crashes(), damaged.hits()]).toEqual([[0, 1, 2], [], hits]);
      await probe.member.close();
    },
    60_000,
  );

  it.each([
    ['CORRUPT_MESSAGE', answers.corruptMessage],
    ['UNKNOWN_SERVER_ERROR', answers.unknownServerError],
  ])(
    'a partition that its broker answers %s for is told of, and the others are read',
    async (_, code) => {
      const topic = await connect();
      await createTopic(open.direct, topic, 2);
      await append(topic, 3);
      open.proxy.onAnswer(api.fetch, { kind: 'rewrite', rewrite: (frame) => failFetched(frame, topic, 0, code) });
      const probe = await joinGroup(open.broker, { group: topic, topics: [topic] });
      await until(() => probe.unreadable.length > 0, 'it is told of');
      await append(topic, 3, 1);
      await probe.until(() => offsets(probe, 1).length === 3);
      expect([offsets(probe), probe.unreadable.length, probe.crashes()]).toEqual([[], 1, []]);
      await probe.member.close();
    },
    60_000,
  );

  it('a batch that was damaged on its way is fetched again, and nobody hears of it', async () => {
    const topic = await connect();
    await createTopic(open.direct, topic);
    await append(topic, 5);
    const damaged = damage(topic, 3, (batch) => batch.writeUInt32BE(0xdeadbeef, 17), 3);
    const probe = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await probe.received(5);
    expect([damaged.hits(), offsets(probe), probe.unreadable, probe.crashes()]).toEqual([3, [0, 1, 2, 3, 4], [], []]);
    await probe.member.close();
  }, 60_000);

  it('an answer that is none at all is a lost one: the group goes on', async () => {
    const topic = await connect();
    await createTopic(open.direct, topic);
    await append(topic, 5);
    const garbled = open.proxy.onAnswer(
      api.fetch,
      {
        kind: 'rewrite',
        rewrite: ({ bytes }) => Buffer.concat([bytes.subarray(0, 18), Buffer.alloc(bytes.length - 18, 0x7f)]),
      },
      { times: 3 },
    );
    const probe = await joinGroup(open.broker, { group: topic, topics: [topic] });
    await probe.received(5);
    expect([garbled.hits(), offsets(probe), probe.unreadable, probe.crashes()]).toEqual([3, [0, 1, 2, 3, 4], [], []]);
    await probe.member.close();
  }, 60_000);

  it('a range is read up to it and ends in the reason, and is read whole when the damage was on the way', async () => {
    const topic = await connect();
    await createTopic(open.direct, topic);
    await append(topic, 5);
    const onTheWay = damage(topic, 3, (batch) => batch.writeUInt32BE(1, 17), 2);
    expect((await readRangesToEnd(open.broker, topic)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4]);
    expect(onTheWay.hits()).toBe(2);
    damage(topic, 3, (batch) => batch.writeUInt32BE(1, 17));
    await expect(readRangesToEnd(open.broker, topic)).rejects.toMatchObject({
      code: 'X_KAFKA_BATCH_UNREADABLE',
      message: expect.stringContaining(`${topic}/0 cannot be read on from offset 3`),
    });
  }, 60_000);

  it('a reader waits where it stands, reads the other partitions, and goes on when it is mended', async () => {
    const topic = await connect();
    await createTopic(open.direct, topic, 2);
    await append(topic, 5);
    const damaged = damage(topic, 3, (batch) => batch.writeUInt32BE(1, 17), 5);
    const read: string[] = [];
    const reader = await open.broker.createReader({
      topics: [topic],
      from: 'earliest',
      onRecord: ({ partition, offset }) => read.push(`${partition}/${offset}`),
    });
    await until(() => damaged.hits() > 0, 'the damage is met');
    await append(topic, 1, 1);
    await until(() => read.includes('1/0'), 'the other partition is read');
    await reader.caughtUp;
    await until(() => read.length === 6, 'everything is read');
    expect(read.filter((at) => at.startsWith('0/'))).toEqual(['0/0', '0/1', '0/2', '0/3', '0/4']);
    await reader.close();
  }, 60_000);

  it('halts its pipeline, not its process or another pipeline; resume goes on where the group was set behind it', async () => {
    const name = await connect();
    const serde = createInMemorySerde();
    const producer = await open.broker.createProducer();
    const fatal: Error[] = [];
    const handled = new Map<string, number[]>();
    const publish = async (topic: Topic<Note>, from: number, to: number): Promise<void> => {
      for (let number = from; number < to; number += 1) {
        const value = serde.encode(topic, { text: '', number });
        await producer.send({ topic: topic.name, partition: 0, key: null, value, headers: [] });
      }
    };
    const start = async (group: string): Promise<readonly [PipelineRun, Topic<Note>]> => {
      const topic = noteTopic(`${group}.notes`);
      const { retry, dlq, lane } = groupTopics(group);
      for (const each of [topic.name, ...Object.values(retry), dlq, lane]) await createTopic(open.direct, each);
      const numbers: number[] = [];
      handled.set(group, numbers);
      await publish(topic, 0, 6);
      const run = runPipeline(
        pipeline<Note>({
          ...{ name: 'noting', group, from: [topic], to: [] },
          handle: ({ data }) => {
            numbers.push(data.number);
            return { outputs: [], outcome: { kind: 'delivered' } };
          },
        }),
        {
          ...{ broker: open.broker, producer, serde, logger: quiet },
          metrics: createMetrics(),
          onFatal: (error) => fatal.push(error),
        },
      );
      return [run, topic];
    };
    for (const each of [topics.opsPipelines.name, topics.opsReplayAck.name])
      await createTopic(open.direct, each).catch(() => undefined);
    const groups = [`${name}.broken`, `${name}.whole`] as const;
    damage(`${groups[0]}.notes`, 3, (batch) => sealed(batch, () => batch.fill(0xff, 61, 70)));
    const [broken, brokenTopic] = await start(groups[0]);
    const [whole, wholeTopic] = await start(groups[1]);
    await Promise.all([broken.start(), whole.start()]);
    await until(() => broken.state().state === 'halted', 'the one halts');
    await publish(wholeTopic, 6, 8);
    await until(() => handled.get(groups[1])?.length === 8, 'the other goes on');
    expect([broken.state().code, whole.state().state, fatal]).toEqual(['X_KAFKA_BATCH_UNREADABLE', 'running', []]);
    expect(handled.get(groups[0])).toEqual([0, 1, 2]);
    const [committed] = await open.direct.admin.committed(groups[0], [brokenTopic.name]);
    expect(committed?.committed?.offset).toBe(3);

    const admin = new kafkajs.Kafka({ brokers: [...testCluster().kafkaBrokers], logLevel: 0 }).admin();
    await admin.connect();
    await until(
      () =>
        admin
          .setOffsets({ groupId: groups[0], topic: brokenTopic.name, partitions: [{ partition: 0, offset: '4' }] })
          .then(
            () => true,
            () => false,
          ),
      'the group is empty',
    );
    await admin.disconnect();
    await broken.resume();
    await until(() => handled.get(groups[0])?.length === 5, 'it goes on behind the batch');
    expect([handled.get(groups[0]), broken.state().state, fatal]).toEqual([[0, 1, 2, 4, 5], 'running', []]);
    for (const run of [broken, whole]) {
      await run.drain();
      await run.close();
    }
    await producer.close();
  }, 90_000);
});
