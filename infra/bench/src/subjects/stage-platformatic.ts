import { randomUUID } from 'node:crypto';
import type { Message, MessageToProduce } from '@platformatic/kafka';
import { startMeter } from '../meter.ts';
import { addedContext } from '../payload.ts';
import { allReplicas, rawConsumer, rawProducer } from '../raw-platformatic.ts';
import { stageInput, stageOutput } from '../stage.ts';
import type { SubjectRun } from '../subject.ts';
import type { StageRequest } from './stage-ours.ts';

type Read = Message<Buffer, Buffer, string, Buffer>;
type Made = MessageToProduce<Buffer, Buffer, Buffer, Buffer>;

const specversion = Buffer.from('1.0');
const generation = Buffer.from('0');
const names = {
  specversion: Buffer.from('ce_specversion'),
  id: Buffer.from('ce_id'),
  source: Buffer.from('ce_source'),
  type: Buffer.from('ce_type'),
  time: Buffer.from('ce_time'),
  correlationid: Buffer.from('ce_correlationid'),
  causationid: Buffer.from('ce_causationid'),
  generation: Buffer.from('ce_generation'),
};

/** More, and a batch outgrows what the broker takes. */
const mostOfOneSend = 1_000;
/** Read and not yet written; more of it only costs memory. */
const mostWaiting = 20_000;
const commitMs = 1_000;

interface Lane {
  waiting: Read[];
  isBusy: boolean;
  /** The next offset to commit, once everything before it is written. */
  next: bigint;
}

/**
 * The same by hand on the second client: what was read of a partition goes in one send back to the partition of the same
 * number, one send at a time for each, offsets committed once a second. No order to keep between handlers, no failure to
 * route, an id at random.
 */
export const run: SubjectRun<StageRequest> = async ({ servers, group, from, to, records }) => {
  const input = stageInput(from);
  const output = stageOutput(to);
  const type = Buffer.from(output.type);
  const prefix = Buffer.from([0, 0, 0, 0, 1]);
  const producer = rawProducer(servers.brokers);
  const consumer = rawConsumer(servers.brokers, group);
  const { promise: over, resolve: end, reject } = Promise.withResolvers<void>();
  const lanes = new Map<number, Lane>();
  let meter: ReturnType<typeof startMeter> | undefined;
  let waiting = 0;
  let handled = 0;

  const made = ({ key, value, headers, partition }: Read): Made => {
    const id = headers.get('ce_id') as Buffer;
    const data = { ...input.decode(value.subarray(5)), context: addedContext };
    return {
      topic: to,
      partition,
      key,
      value: Buffer.concat([prefix, output.encode(data)]),
      headers: new Map([
        [names.specversion, specversion],
        [names.id, Buffer.from(randomUUID())],
        [names.source, headers.get('ce_source') as Buffer],
        [names.type, type],
        [names.time, headers.get('ce_time') as Buffer],
        [names.correlationid, headers.get('ce_correlationid') as Buffer],
        [names.causationid, id],
        [names.generation, generation],
      ]),
    };
  };

  const commit = async (): Promise<void> => {
    const offsets = [...lanes].map(([partition, { next }]) => ({
      topic: from,
      partition,
      offset: next,
      leaderEpoch: -1,
    }));
    if (offsets.length > 0) await consumer.commit({ offsets });
  };

  const stream = await consumer.consume({ topics: [from], mode: 'committed', fallbackMode: 'earliest' });
  const work = async (lane: Lane): Promise<void> => {
    while (lane.waiting.length > 0) {
      const read = lane.waiting.splice(0, mostOfOneSend);
      await producer.send({ messages: read.map(made), acks: allReplicas, compression: 'zstd' });
      lane.next = (read.at(-1) as Read).offset + 1n;
      handled += read.length;
      waiting -= read.length;
      if (stream.isPaused() && waiting < mostWaiting / 2) stream.resume();
      if (handled >= (records ?? 0)) end();
    }
    lane.isBusy = false;
  };
  const committing = setInterval(() => void commit().catch(reject), commitMs);
  stream.on('error', reject);
  stream.on('data', (message: Read) => {
    meter ??= startMeter();
    let lane = lanes.get(message.partition);
    if (lane === undefined) {
      lane = { waiting: [], isBusy: false, next: 0n };
      lanes.set(message.partition, lane);
    }
    lane.waiting.push(message);
    waiting += 1;
    if (waiting > mostWaiting) stream.pause();
    if (lane.isBusy) return;
    lane.isBusy = true;
    const ready = lane;
    setImmediate(() => void work(ready).catch(reject));
  });
  await over;
  clearInterval(committing);
  await commit();
  const cost = (meter ?? startMeter()).stop();
  await stream.close();
  await Promise.all([consumer.close(true), producer.close()]);
  return { ...cost, records: handled, faults: [] };
};
