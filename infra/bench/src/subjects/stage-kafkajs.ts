import { randomUUID } from 'node:crypto';
import type { Message } from 'kafkajs';
import { partitions } from '../cluster.ts';
import { startMeter } from '../meter.ts';
import { addedContext } from '../payload.ts';
import { rawKafka, zstd } from '../raw-kafkajs.ts';
import { stageInput, stageOutput } from '../stage.ts';
import type { SubjectRun } from '../subject.ts';
import type { StageRequest } from './stage-ours.ts';

const specversion = Buffer.from('1.0');
const generation = Buffer.from('0');

/** More, and a batch outgrows what the broker takes. */
const mostOfOneSend = 1_000;

/** The patched client hands headers over as they stand on the wire. */
interface Read {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headerPairs: readonly (readonly [string, Buffer | null])[];
}

/**
 * The same by hand: whole batches, their outputs in one send to the partition they came from, offsets committed once a
 * second. No order to keep between handlers, no failure to route, an id at random.
 */
export const run: SubjectRun<StageRequest> = async ({ servers, group, from, to, records }) => {
  const input = stageInput(from);
  const output = stageOutput(to);
  const type = Buffer.from(output.type);
  const prefix = Buffer.from([0, 0, 0, 0, 1]);
  const kafka = rawKafka(servers.brokers);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 250 });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [from], fromBeginning: true });
  const { promise: over, resolve: end, reject } = Promise.withResolvers<void>();
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) reject(payload.error);
  });
  let meter: ReturnType<typeof startMeter> | undefined;
  let handled = 0;

  const made = ({ key, value, headerPairs }: Read, partition: number): Message => {
    const parent = new Map(headerPairs);
    const id = parent.get('ce_id') ?? null;
    const data = { ...input.decode(value.subarray(5)), context: addedContext };
    return {
      key,
      partition,
      value: Buffer.concat([prefix, output.encode(data)]),
      headers: [
        ['ce_specversion', specversion],
        ['ce_id', Buffer.from(randomUUID())],
        ['ce_source', parent.get('ce_source')],
        ['ce_type', type],
        ['ce_time', parent.get('ce_time')],
        ['ce_correlationid', parent.get('ce_correlationid')],
        ['ce_causationid', id],
        ['ce_generation', generation],
      ],
    } as unknown as Message;
  };

  await consumer.run({
    autoCommitInterval: 1_000,
    partitionsConsumedConcurrently: partitions,
    eachBatch: async ({ batch: { messages, partition }, heartbeat }) => {
      meter ??= startMeter();
      const read = messages as unknown as readonly Read[];
      for (let at = 0; at < read.length; at += mostOfOneSend) {
        const outputs = read.slice(at, at + mostOfOneSend).map((message) => made(message, partition));
        await producer.send({ topic: to, acks: -1, compression: zstd, messages: outputs });
      }
      handled += messages.length;
      await heartbeat();
      if (handled >= (records ?? 0)) end();
    },
  });
  await over;
  await consumer.stop();
  const cost = (meter ?? startMeter()).stop();
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
  return { ...cost, records: handled, faults: [] };
};
