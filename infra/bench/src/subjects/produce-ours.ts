import type { OutboundRecord } from '@millrace/messaging';
import { connectDriver, type Driver } from '../drivers.ts';
import { Latencies } from '../latencies.ts';
import { startMeter } from '../meter.ts';
import { readyRecords } from '../ready-records.ts';
import type { SubjectRun } from '../subject.ts';

export interface ProduceRequest {
  readonly brokers: readonly string[];
  readonly driver: Driver;
  readonly topic: string;
  readonly records: number;
  /** Ours: callers that each wait for their own record. Raw: batches on their way. */
  readonly atOnce: number;
  /** Raw only: records of one batch. */
  readonly batch: number;
}

/** Many callers of the accumulator, each awaiting the acknowledgement of its record before the next. */
export const run: SubjectRun<ProduceRequest> = async ({ brokers, driver, topic, records, atOnce }) => {
  const broker = connectDriver(driver, { brokers });
  const producer = await broker.createProducer();
  const pool = readyRecords(topic);
  await producer.send(pool[0] as OutboundRecord); // connects
  const latencies = new Latencies(records);
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < records) {
      const record = pool[next % pool.length] as OutboundRecord;
      next += 1;
      const since = performance.now();
      await producer.send(record);
      latencies.add(performance.now() - since);
    }
  };
  const meter = startMeter();
  await Promise.all(Array.from({ length: atOnce }, call));
  const cost = meter.stop();
  await broker.close();
  return { ...cost, records, latency: latencies.percentiles(), faults: [] };
};
