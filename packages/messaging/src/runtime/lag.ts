import { type Metrics, names } from '@millrace/service';
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

export interface LagMetricsOptions {
  readonly metrics: Metrics;
  readonly group: string;
  readonly now: () => number;
  readonly read: () => Promise<readonly PartitionLag[]>;
  /** Retention by topic, where it is limited. */
  readonly retentionMs: () => ReadonlyMap<string, number>;
}

/** Gauges that are read at each scrape; when the broker does not answer, the last values stay. */
export function reportLag({ metrics, group, now, read, retentionMs }: LagMetricsOptions): void {
  const tree = names.metrics.pipeline;
  const records = metrics.gauge(tree.lagRecords);
  const seconds = metrics.gauge(tree.lagSeconds);
  const headroom = metrics.gauge(tree.retentionHeadroomSeconds);
  metrics.onCollect(async () => {
    const lags = await read().catch(() => []);
    const byTopic = Map.groupBy(lags, (lag) => lag.topic);
    for (const [topic, partitions] of byTopic) {
      const oldest = Math.min(...partitions.map((lag) => lag.oldestAt ?? Number.POSITIVE_INFINITY));
      const ageMs = Number.isFinite(oldest) ? Math.max(0, now() - oldest) : 0;
      records.set(
        { group, topic },
        partitions.reduce((sum, lag) => sum + lag.records, 0),
      );
      seconds.set({ group, topic }, ageMs / 1_000);
      const retention = retentionMs().get(topic);
      if (retention !== undefined) headroom.set({ group, topic }, (retention - ageMs) / 1_000);
    }
  });
}
