import { type ReferenceRow, topics } from '@millrace/contracts';
import { partsOfReferenceKey } from '@millrace/flows/reference';
import type { Broker, Serde } from '@millrace/messaging';

/** One row as the topic has it. */
export interface StoredRow {
  readonly table: string;
  /** As it is written, which may be another spelling than lookups use. */
  readonly key: string;
  /** Null where it does not decode: it can still be removed. */
  readonly row: ReferenceRow | null;
}

/** Every row of every table, read from the compacted topic up to its present end. */
export async function readReferenceRows({
  broker,
  serde,
  signal,
}: {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly signal: AbortSignal;
}): Promise<readonly StoredRow[]> {
  const topic = topics.referenceRows;
  const ends = await broker.admin.offsets([topic.name]);
  const ranges = ends
    .filter(({ earliest, latest }) => earliest < latest)
    .map(({ partition, earliest, latest }) => ({ topic: topic.name, partition, from: earliest, to: latest }));
  const newest = new Map<string, Buffer>();
  // A key stands in one partition, whose records come in their order.
  for await (const { key, value } of broker.readRanges(ranges, signal)) {
    const recordKey = key?.toString('utf8') ?? '';
    if (value === null) newest.delete(recordKey);
    else newest.set(recordKey, value);
  }
  const rows: StoredRow[] = [];
  for (const [recordKey, value] of newest) {
    const parts = partsOfReferenceKey(recordKey);
    if (parts !== null) rows.push({ ...parts, row: await decoded(value, serde) });
  }
  return rows;
}

async function decoded(value: Buffer, serde: Serde): Promise<ReferenceRow | null> {
  try {
    return await serde.decode(topics.referenceRows, value);
  } catch {
    return null;
  }
}
