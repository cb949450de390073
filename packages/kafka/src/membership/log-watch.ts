import { setTimeout as sleep } from 'node:timers/promises';
import type { AssignedPartition, MemberOptions } from '@millrace/messaging';

/** Topic → the id that Kafka gave it when it was made; nothing of those whose brokers do not tell (before Kafka 2.8). */
export type LogIds = ReadonlyMap<string, string>;

export type ReadLogIds = (topics: readonly string[]) => Promise<LogIds>;

const everyMs = 60_000;
/** A broker may not have heard yet of what the others know. */
const looks = 3;
const betweenLooksMs = 1_000;

/** What a group committed in a log that is gone says nothing about the one that is there now: as if nothing was. */
export function committedOf(
  assigned: readonly AssignedPartition[],
  ids: LogIds,
  isOfLog: MemberOptions['isOfLog'],
): readonly AssignedPartition[] {
  return assigned.map(({ topic, partition, committed }) => {
    const logId = ids.get(topic);
    if (logId === undefined) return { topic, partition, committed };
    const isTrusted = committed === null || isOfLog?.(committed, logId) !== false;
    return { topic, partition, committed: isTrusted ? committed : null, logId };
  });
}

/**
 * Whether the topics of one assignment are still those that were assigned, or were deleted and made again since. A member
 * looks when its position is not in the log, and now and then by itself: where the new log has grown past that position,
 * no answer to a fetch tells.
 */
export class LogWatch {
  readonly #ids: LogIds;
  readonly #read: ReadLogIds;
  readonly #over = new AbortController();
  #isRemade = false;

  constructor(ids: LogIds, read: ReadLogIds) {
    this.#ids = ids;
    this.#read = read;
  }

  /** Looks until stopped. */
  async start(onRemade: () => void = () => undefined): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted && !this.#isRemade) {
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted && (await this.#look()) && !signal.aborted) onRemade();
    }
  }

  stop(): void {
    this.#over.abort();
  }

  /** Where there is a reason to believe it. */
  async isRemade(): Promise<boolean> {
    for (let look = 1; this.#ids.size > 0 && !this.#over.signal.aborted; look++) {
      if (await this.#look()) return true;
      if (look === looks) break;
      await sleep(betweenLooksMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
    }
    return false;
  }

  /** Throws what makes a member join again, once it is known. */
  demandSame(): void {
    if (this.#isRemade) throw Object.assign(new Error('a topic was made again'), { type: 'REBALANCE_IN_PROGRESS' });
  }

  async #look(): Promise<boolean> {
    if (this.#ids.size === 0 || this.#isRemade) return this.#isRemade;
    const now = await this.#read([...this.#ids.keys()]).catch((): LogIds => new Map());
    this.#isRemade = [...this.#ids].some(([topic, id]) => now.has(topic) && now.get(topic) !== id);
    return this.#isRemade;
  }
}
