import type { TopicPartition } from '@millrace/messaging';
import { partitionKey } from '../reading/log-access.ts';

/** Longest time that something stands unread in such a topic, whatever the others do. */
export const askEveryMs = 250;

/**
 * Which partitions the next fetch asks for. Retry tiers and lanes are five of six topics of a pipeline and have nothing,
 * nearly always; asked for with every fetch they are most of what a request costs the client and the broker. So they are
 * asked for a few times a second, and with every fetch for as long as they have something.
 */
export class SeldomTopics {
  readonly #topics: ReadonlySet<string>;
  readonly #now: () => number;
  readonly #notBefore = new Map<string, number>();
  /** When the first of those that the next fetch leaves out is due. */
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(topics: readonly string[], now: () => number) {
    this.#topics = new Set(topics);
    this.#now = now;
  }

  /** Whether to ask for this partition now; if so, it counts as asked. */
  asks(topic: string, partition: number): boolean {
    if (!this.#topics.has(topic)) return true;
    const key = partitionKey(topic, partition);
    const now = this.#now();
    const notBefore = this.#notBefore.get(key) ?? Number.NEGATIVE_INFINITY;
    if (notBefore > now) {
      this.#dueAt = Math.min(this.#dueAt, notBefore);
      return false;
    }
    this.#notBefore.set(key, now + askEveryMs);
    return true;
  }

  /** How long the fetch that was just asked about may wait: a request at the broker cannot take in what it left out. */
  waitMs(longestMs: number): number {
    const left = Math.ceil(this.#dueAt - this.#now());
    this.#dueAt = Number.POSITIVE_INFINITY;
    return Math.max(1, Math.min(longestMs, left));
  }

  /** It had something, or somebody wants to know: the next fetch asks again. */
  expect({ topic, partition }: TopicPartition): void {
    if (this.#topics.has(topic)) this.#notBefore.delete(partitionKey(topic, partition));
  }
}
