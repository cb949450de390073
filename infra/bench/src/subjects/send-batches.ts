import type { OutboundRecord } from '@millrace/messaging';
import { partitions } from '../cluster.ts';
import { Latencies } from '../latencies.ts';
import { startMeter } from '../meter.ts';
import { readyRecords } from '../ready-records.ts';
import type { Observed } from '../subject.ts';
import type { ProduceRequest } from './produce-ours.ts';

export interface BatchSender<Message> {
  readonly toMessage: (record: OutboundRecord, partition: number) => Message;
  readonly send: (messages: Message[]) => Promise<unknown>;
}

/** Whole batches of a bare client, each to one partition that is given, several on their way. The first only connects. */
export async function sendBatches<Message>(
  { topic, records, atOnce, batch }: ProduceRequest,
  { toMessage, send }: BatchSender<Message>,
): Promise<Observed> {
  const pool = readyRecords(topic);
  const batches = Array.from({ length: partitions }, (_, partition) =>
    Array.from({ length: batch }, (_, index) =>
      toMessage(pool[(partition * batch + index) % pool.length] as OutboundRecord, partition),
    ),
  );
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
  return { ...meter.stop(), records: total * batch, latency: latencies.percentiles(), faults: [] };
}
