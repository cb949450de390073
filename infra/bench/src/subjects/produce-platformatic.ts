import type { MessageToProduce } from '@platformatic/kafka';
import { partitions } from '../cluster.ts';
import { Latencies } from '../latencies.ts';
import { startMeter } from '../meter.ts';
import { allReplicas, rawProducer } from '../raw-platformatic.ts';
import { readyRecords } from '../ready-records.ts';
import type { SubjectRun } from '../subject.ts';
import type { ProduceRequest } from './produce-ours.ts';

type Message = MessageToProduce<Buffer, Buffer, Buffer, Buffer>;

/** The second client sending whole batches, each to one partition that is given, several on their way. */
export const run: SubjectRun<ProduceRequest> = async ({ brokers, topic, records, atOnce, batch }) => {
  const producer = rawProducer(brokers);
  const pool = readyRecords(topic);
  const batches = Array.from({ length: partitions }, (_, partition) =>
    Array.from({ length: batch }, (_, index): Message => {
      const { key, value, headers = [] } = pool[(partition * batch + index) % pool.length] ?? {};
      const pairs = headers.map(([name, content]) => [Buffer.from(name), content as Buffer] as const);
      return { topic, partition, key: key as Buffer, value: value as Buffer, headers: new Map(pairs) };
    }),
  );
  const send = (messages: Message[]): Promise<unknown> =>
    producer.send({ messages, acks: allReplicas, compression: 'zstd' });
  await send(batches[0] as Message[]); // connects
  const total = Math.ceil(records / batch);
  const latencies = new Latencies(total);
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < total) {
      const messages = batches[next % batches.length] as Message[];
      next += 1;
      const since = performance.now();
      await send(messages);
      latencies.add(performance.now() - since);
    }
  };
  const meter = startMeter();
  await Promise.all(Array.from({ length: atOnce }, call));
  const cost = meter.stop();
  await producer.close();
  return { ...cost, records: total * batch, latency: latencies.percentiles(), faults: [] };
};
