import type { BrokerAdmin } from '../broker.ts';
import { type PartitionState, partitionName } from './partition-state.ts';

/** How far one assigned partition is behind. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Records written and not finished. */
  readonly records: number;
  /** When the oldest unfinished record that was fetched was written; null when none was. */
  readonly oldestAt: number | null;
}

export async function readLag(
  admin: BrokerAdmin,
  partitions: readonly PartitionState[],
): Promise<readonly PartitionLag[]> {
  const topics = [...new Set(partitions.map((state) => state.topic))];
  if (topics.length === 0) return [];
  const ends = new Map((await admin.offsets(topics)).map((one) => [partitionName(one.topic, one.partition), one]));
  return partitions.map((state) => {
    const end = ends.get(partitionName(state.topic, state.partition));
    const position = state.position ?? end?.earliest ?? 0;
    return {
      topic: state.topic,
      partition: state.partition,
      records: Math.max(0, (end?.latest ?? position) - Math.max(position, end?.earliest ?? 0)),
      oldestAt: state.tracker.oldestTimestamp(),
    };
  });
}
