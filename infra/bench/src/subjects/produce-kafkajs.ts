import type { Message } from 'kafkajs';
import { partitions } from '../cluster.ts';
import { Latencies } from '../latencies.ts';
import { startMeter } from '../meter.ts';
import { rawKafka, zstd } from '../raw-kafkajs.ts';
import { readyRecords } from '../ready-records.ts';
import type { SubjectRun } from '../subject.ts';
import type { ProduceRequest } from './produce-ours.ts';

/** The bare client sending whole batches, each to one partition that is given, several on their way. */
export const run: SubjectRun<ProduceRequest> = async ({ brokers, topic, records, atOnce, batch }) => {
  const producer = rawKafka(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const pool = readyRecords(topic);
  const batches = Array.from({ length: partitions }, (_, partition) =>
    Array.from({ length: batch }, (_, index) => {
      const { key, value, headers } = pool[(partition * batch + index) % pool.length] ?? {};
      return { key, value, headers, partition } as unknown as Message;
    }),
  );
  const send = (messages: Message[]): Promise<unknown> =>
    producer.send({ topic, acks: -1, compression: zstd, messages });
  await send(batches[0] as Message[]);
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
  await producer.disconnect();
  return { ...cost, records: total * batch, latency: latencies.percentiles(), faults: [] };
};
