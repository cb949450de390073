import type { TopicPartition } from '@millrace/messaging';
import { partitionKey } from '../reading/log-access.ts';

/** Longest time that something stands unread in such a topic while others are busy. */
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

  constructor(topics: readonly string[], now: () => number) {
    this.#topics = new Set(topics);
    this.#now = now;
  }

  /** Whether to ask for this partition now; if so, it counts as asked. */
  asks(topic: string, partition: number): boolean {
    if (!this.#topics.has(topic)) return true;
    const key = partitionKey(topic, partition);
    const now = this.#now();
    if ((this.#notBefore.get(key) ?? Number.NEGATIVE_INFINITY) > now) return false;
    this.#notBefore.set(key, now + askEveryMs);
    return true;
  }

  /** It had something, or somebody wants to know: the next fetch asks again. */
  expect({ topic, partition }: TopicPartition): void {
    if (this.#topics.has(topic)) this.#notBefore.delete(partitionKey(topic, partition));
  }
}
