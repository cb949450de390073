import type { TopicPartition } from '@millrace/messaging';
import { partitionKey } from '../reading/log-access.ts';

/** What is buffered at half of the high mark lasts longer. */
const leastWaitMs = 10;
/** A pause lasts about as long again as it has lasted, so a fetch that waits a quarter of that delays its end by no more. */
const shareOfPause = 1 / 4;

/**
 * Which partitions of a membership are paused, over every assignment, and how long a fetch of the others may therefore
 * wait: a request that is at the broker cannot take in a partition that is resumed meanwhile. Without this a partition
 * that paused for a moment, because its lanes were full, would stand still for the longest wait of a quiet topic.
 */
export class PausedPartitions {
  readonly #now: () => number;
  readonly #paused = new Map<string, TopicPartition>();
  #lastPausedAt = 0;

  /** @param now milliseconds, monotonic. */
  constructor(now: () => number) {
    this.#now = now;
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#lastPausedAt = this.#now();
    for (const { topic, partition } of partitions)
      this.#paused.set(partitionKey(topic, partition), { topic, partition });
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) this.#paused.delete(partitionKey(topic, partition));
  }

  has(topic: string, partition: number): boolean {
    return this.#paused.size > 0 && this.#paused.has(partitionKey(topic, partition));
  }

  values(): Iterable<TopicPartition> {
    return this.#paused.values();
  }

  /** How long the next fetch may wait for a first record. */
  waitMs(longestMs: number): number {
    if (this.#paused.size === 0) return longestMs;
    const wait = Math.ceil((this.#now() - this.#lastPausedAt) * shareOfPause);
    return Math.min(longestMs, Math.max(leastWaitMs, wait));
  }
}
