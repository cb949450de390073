import type { CodedError, RecordPosition, TopicPartition } from '@millrace/messaging';
import { partitionKey } from './log-access.ts';
import type { Damage } from './record-batch.ts';
import { mostTries, restAfterMs, unreadableBatch } from './unreadable-batch.ts';

interface Damaged {
  /** In a row. */
  readonly tries: number;
  readonly notBefore: number;
}

export interface DamagedOptions {
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** After the last of the tries, and after each later one. */
  readonly onUnreadable: (at: RecordPosition, error: CodedError) => void;
  /** How long it rests before a later try. */
  readonly laterMs: number;
}

/**
 * Partitions whose next batch could not be read. Bytes that were damaged on their way are right when they are fetched again,
 * so that is tried a few times, with longer and longer rests; then the owner is told. Meanwhile nothing else of that
 * partition is asked for: what stands behind the batch must not be read before what is in it.
 */
export class DamagedPartitions {
  readonly #options: DamagedOptions;
  readonly #damaged = new Map<string, Damaged>();

  constructor(options: DamagedOptions) {
    this.#options = options;
  }

  /** Whether the next fetch asks for it. */
  asks(topic: string, partition: number): boolean {
    if (this.#damaged.size === 0) return true;
    const damaged = this.#damaged.get(partitionKey(topic, partition));
    return damaged === undefined || damaged.notBefore <= this.#options.now();
  }

  /** What came of it could be read. */
  wasRead({ topic, partition }: TopicPartition): void {
    if (this.#damaged.size > 0) this.#damaged.delete(partitionKey(topic, partition));
  }

  /** Everything before that offset has been handed over, and this is why nothing from there on can be. */
  wasNotRead(at: RecordPosition, damage: Damage): void {
    const key = partitionKey(at.topic, at.partition);
    const tries = (this.#damaged.get(key)?.tries ?? 0) + 1;
    const { now, laterMs, onUnreadable } = this.#options;
    this.#damaged.set(key, { tries, notBefore: now() + (tries < mostTries ? restAfterMs(tries) : laterMs) });
    if (tries >= mostTries) onUnreadable(at, unreadableBatch(at, damage));
  }
}
