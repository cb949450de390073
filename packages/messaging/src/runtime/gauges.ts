import { type Metrics, names } from '@millrace/service';
import { type Clock, sleep } from '../clock.ts';
import type { PartitionLag } from './lag.ts';
import { type PauseCause, pauseCauses } from './pauses.ts';

/** What is read at each scrape, rather than counted. */
export interface GaugeOptions {
  readonly metrics: Metrics;
  readonly group: string;
  /** Everything the group reads; each is shown whether or not this process has partitions of it. */
  readonly topics: readonly string[];
  readonly clock: Clock;
  readonly lag: () => Promise<readonly PartitionLag[]>;
  /** Retention by topic, where it is limited. */
  readonly retentionMs: () => ReadonlyMap<string, number>;
  /** What runs, what waits, and the keys that wait because a destination limits them alone. */
  readonly processor: { readonly running: number; readonly waiting: number; readonly delayedKeys: number };
  /** Keys held after dead letters. */
  readonly holds: { readonly size: number } | null;
  readonly partitions: () => Iterable<{ readonly marks: { readonly bytes: number } }>;
  readonly pauses: { count(cause: PauseCause): number };
  /** Adds up what was counted since the last scrape. */
  readonly flush: () => void;
}

/** A scrape that waits for a cluster in trouble is one that nobody waits for: what is known is told in time. */
const lagWaitMs = 1_000;

/** Returns how to end that: what no process has any more is not shown. */
export function reportGauges(options: GaugeOptions): () => void {
  const { metrics, group, clock } = options;
  const tree = names.metrics.pipeline;
  const inFlight = metrics.gauge(tree.inFlight);
  const queuedRecords = metrics.gauge(tree.queuedRecords);
  const queuedBytes = metrics.gauge(tree.queuedBytes);
  const paused = metrics.gauge(tree.pausedPartitions);
  const heldKeys = metrics.gauge(tree.heldKeys);
  const delayedKeys = metrics.gauge(tree.delayedKeys);
  const lagRecords = metrics.gauge(tree.lagRecords);
  const lagSeconds = metrics.gauge(tree.lagSeconds);
  const headroom = metrics.gauge(tree.retentionHeadroomSeconds);

  for (const topic of options.topics) {
    lagRecords.set({ group, topic }, 0);
    lagSeconds.set({ group, topic }, 0);
  }

  const readLags = async (): Promise<void> => {
    const lags = await options.lag().catch(() => null);
    // The broker does not answer, or not yet: the last values stay.
    if (lags === null) return;
    const byTopic = Map.groupBy(lags, (lag) => lag.topic);
    for (const topic of options.topics) {
      // None of ours: whoever has them shows how far behind they are.
      const partitions = byTopic.get(topic) ?? [];
      const oldest = Math.min(...partitions.map((lag) => lag.oldestAt ?? Number.POSITIVE_INFINITY));
      const ageMs = Number.isFinite(oldest) ? Math.max(0, clock.now() - oldest) : 0;
      const behind = partitions.reduce((sum, lag) => sum + lag.records, 0);
      lagRecords.set({ group, topic }, behind);
      lagSeconds.set({ group, topic }, ageMs / 1_000);
      const retention = options.retentionMs().get(topic);
      if (retention !== undefined) headroom.set({ group, topic }, (retention - ageMs) / 1_000);
    }
  };

  let reading: Promise<void> | null = null;
  const lagsInTime = (): Promise<void> => {
    reading ??= readLags().finally(() => {
      reading = null;
    });
    return Promise.race([reading, sleep(clock, lagWaitMs)]);
  };

  const stop = metrics.onCollect(async () => {
    options.flush();
    const { processor, holds, pauses } = options;
    inFlight.set({ group }, processor.running);
    queuedRecords.set({ group }, processor.waiting);
    queuedBytes.set(
      { group },
      [...options.partitions()].reduce((sum, { marks }) => sum + marks.bytes, 0),
    );
    heldKeys.set({ group }, holds?.size ?? 0);
    delayedKeys.set({ group }, processor.delayedKeys);
    for (const cause of pauseCauses) paused.set({ group, cause }, pauses.count(cause));
    await lagsInTime();
  });
  return () => {
    stop();
    for (const gauge of [inFlight, queuedRecords, queuedBytes, heldKeys, delayedKeys]) gauge.remove({ group });
    for (const cause of pauseCauses) paused.remove({ group, cause });
    for (const topic of options.topics)
      for (const gauge of [lagRecords, lagSeconds, headroom]) gauge.remove({ group, topic });
  };
}
