import type { Broker, InboundRecord } from '@millrace/messaging';

/** Everything a topic holds now, partition by partition. */
export async function readRangesToEnd(broker: Broker, topic: string): Promise<readonly InboundRecord[]> {
  const offsets = await broker.admin.offsets([topic]);
  const records: InboundRecord[] = [];
  const ranges = offsets.map(({ partition, earliest, latest }) => ({ topic, partition, from: earliest, to: latest }));
  for await (const record of broker.readRanges(ranges)) records.push(record);
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}
