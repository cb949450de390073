import type { InboundRecord, TopicPartition } from '@millrace/messaging';
import type { Damage } from './record-batch.ts';

export const earliest = -2;
export const latest = -1;

/** 0 sees everything, 1 only what is settled (no open transaction). */
export type Isolation = 0 | 1;

export interface OffsetQuestion extends TopicPartition {
  /** Epoch milliseconds, `earliest` or `latest`. */
  readonly at: number;
}

export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Where one partition is read next. */
export interface Cursor {
  readonly topic: string;
  readonly partition: number;
  position: number;
}

/** What one fetch brought for a partition. */
export interface Fetched {
  readonly cursor: Cursor;
  readonly records: readonly InboundRecord[];
  /** Where to go on, also past what was compacted away. */
  readonly next: number;
  readonly highWatermark: number;
  /** Why the batch at the position cannot be read: nothing came then. Null for nothing. */
  readonly damage: Damage | null;
}

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
}

/**
 * Reads the log without a group, over whichever client. Holds no work: after any failure `reset` throws all connections
 * away and the next request connects anew.
 */
export interface LogAccess {
  /** The topic's partitions and their leaders. */
  locate(topic: string): Promise<ReadonlyMap<number, number>>;
  /** Offsets by position in time, by `partitionKey`; -1 where there is none. */
  listOffsets(questions: readonly OffsetQuestion[], isolation: Isolation): Promise<ReadonlyMap<string, number>>;
  /** One request to every leader of these partitions. Only settled records are read. */
  fetch(cursors: readonly Cursor[], limits: FetchLimits): Promise<readonly Fetched[]>;
  /** Cuts all connections; pending requests fail at once. */
  reset(): void;
  close(): void;
}

export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
