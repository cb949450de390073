import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError, type ReaderOptions, retry, type TopicReader } from '@millrace/messaging';
import { type Logger, names } from '@millrace/service';
import { classifyClientFailure, clientError } from '../errors.ts';
import { DamagedPartitions } from './damaged-partitions.ts';
import { type Cursor, earliest, type FetchLimits, type LogAccess, latest, partitionKey } from './log-access.ts';

export interface KafkaReaderOptions extends ReaderOptions {
  readonly log: LogAccess;
  readonly limits: FetchLimits;
  readonly logger: Logger;
  /** How often to look for new partitions. */
  readonly refreshMs: number;
}

/** A batch that cannot be read may be restored from a replica: it is looked for now and then. */
const unreadableRestMs = 30_000;

/**
 * Every record of the topics, without a group, so nothing is left behind on the cluster. Where the log was cut below a
 * position it goes on at the earliest record there is: what is deleted cannot be read, and a table or a control topic
 * must not stop for it. So it does where the log ends before a position: the topic was made anew, or the log lost its end,
 * and all that it has may be new. That is also looked for while nothing comes: a new log is not always asked for too much.
 * Where a batch cannot be read its partition waits there, loudly, and the others go on.
 */
export class KafkaReader implements TopicReader {
  readonly caughtUp: Promise<void>;
  readonly #options: KafkaReaderOptions;
  readonly #closing = new AbortController();
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #cursors = new Map<string, Cursor>();
  readonly #damaged: DamagedPartitions;
  /** Partition → where its log ended at the start; emptied as they are reached. */
  readonly #ends = new Map<string, number>();
  #running: Promise<void> = Promise.resolve();
  #refreshedAt = 0;

  constructor(options: KafkaReaderOptions) {
    this.#options = options;
    this.#damaged = new DamagedPartitions({
      now: () => performance.now(),
      onUnreadable: (_, error) => options.logger.error({ err: error }, names.logs.kafka.readerStuck),
      laterMs: unreadableRestMs,
    });
    this.caughtUp = this.#caughtUp.promise;
    this.caughtUp.catch(() => undefined);
  }

  /** Resolves when the starting positions stand; keeps trying until then. */
  async open(): Promise<void> {
    await this.#keepTrying('looking up where a reader starts', () => this.#findStart());
    this.#checkCaughtUp();
    this.#running = this.#read();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#options.log.close();
    this.#caughtUp.reject(new CodedError('X_KAFKA_CLOSED', 'the reader was closed', { disposition: retry() }));
    await this.#running;
  }

  async #findStart(): Promise<void> {
    const { log, topics, from } = this.#options;
    const partitions = await this.#partitions();
    const [starts, ends] = await Promise.all([
      log.listOffsets(
        partitions.map((each) => ({ ...each, at: from === 'earliest' ? earliest : latest })),
        1,
      ),
      log.listOffsets(
        partitions.map((each) => ({ ...each, at: latest })),
        1,
      ),
    ]);
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition);
      const position = starts.get(key);
      const end = ends.get(key);
      if (position === undefined || end === undefined)
        throw Object.assign(new Error(`no offset of ${topics}`), { type: 'LEADER_NOT_AVAILABLE' });
      this.#cursors.set(key, { topic, partition, position });
      if (from === 'earliest' && end > position) this.#ends.set(key, end);
    }
    this.#refreshedAt = performance.now();
  }

  async #partitions(): Promise<{ readonly topic: string; readonly partition: number }[]> {
    const { log, topics } = this.#options;
    const found: { topic: string; partition: number }[] = [];
    for (const topic of topics)
      for (const partition of (await log.locate(topic)).keys()) found.push({ topic, partition });
    return found;
  }

  async #read(): Promise<void> {
    while (!this.#closing.signal.aborted) await this.#keepTrying('reading topics', () => this.#readOnce());
  }

  async #readOnce(): Promise<void> {
    const { log, limits, refreshMs } = this.#options;
    if (performance.now() - this.#refreshedAt > refreshMs) await this.#findNewPartitions();
    const cursors = [...this.#cursors.values()].filter(({ topic, partition }) => this.#damaged.asks(topic, partition));
    if (cursors.length === 0) {
      await sleep(limits.maxWaitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      return;
    }
    for (const { cursor, records, next, damage } of await log.fetch(cursors, limits)) {
      for (const record of records) this.#hand(record);
      if (damage !== null) this.#damaged.wasNotRead({ ...cursor, offset: next }, damage);
      else if (next > cursor.position) this.#damaged.wasRead(cursor);
      cursor.position = next;
      const key = partitionKey(cursor.topic, cursor.partition);
      if (next >= (this.#ends.get(key) ?? Number.POSITIVE_INFINITY)) this.#ends.delete(key);
    }
    this.#checkCaughtUp();
  }

  #hand(record: Parameters<ReaderOptions['onRecord']>[0]): void {
    if (this.#closing.signal.aborted) return;
    try {
      this.#options.onRecord(record);
    } catch (error) {
      const { topic, partition, offset } = record;
      this.#options.logger.error({ err: error, topic, partition, offset }, names.logs.kafka.readerFailed);
    }
  }

  async #findNewPartitions(): Promise<void> {
    this.#refreshedAt = performance.now();
    for (const { topic, partition } of await this.#partitions()) {
      const key = partitionKey(topic, partition);
      if (!this.#cursors.has(key)) this.#cursors.set(key, { topic, partition, position: 0 });
    }
    await this.#findBack();
  }

  #checkCaughtUp(): void {
    if (this.#ends.size === 0) this.#caughtUp.resolve();
  }

  async #keepTrying(doing: string, action: () => Promise<void>): Promise<void> {
    for (let tried = 0; !this.#closing.signal.aborted; tried++) {
      try {
        return await action();
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        const { name, type } = error as { name?: unknown; type?: unknown };
        if (name === 'KafkaJSOffsetOutOfRange' || type === 'OFFSET_OUT_OF_RANGE') {
          await this.#findBack().catch(() => undefined);
        } else {
          const failure = classifyClientFailure(error);
          if (failure !== 'moved') this.#options.log.reset();
          if (tried > 0)
            this.#options.logger.warn({ err: clientError(doing, error), tried }, names.logs.kafka.readerWaiting);
        }
        await sleep(Math.min(100 * 2 ** Math.min(tried, 5), 2_000), undefined, {
          signal: this.#closing.signal,
        }).catch(() => undefined);
      }
    }
  }

  /** Where a cursor is outside of its log: the log was cut, or is another one. */
  async #findBack(): Promise<void> {
    const { log, logger } = this.#options;
    const cursors = [...this.#cursors.values()];
    const at = (when: number) => cursors.map(({ topic, partition }) => ({ topic, partition, at: when }));
    const [starts, ends] = await Promise.all([log.listOffsets(at(earliest), 1), log.listOffsets(at(latest), 1)]);
    for (const cursor of cursors) {
      const { topic, partition, position } = cursor;
      const key = partitionKey(topic, partition);
      const start = starts.get(key) ?? 0;
      const end = ends.get(key) ?? Number.POSITIVE_INFINITY;
      if (start <= position && position <= end) continue;
      logger.warn({ topic, partition, position, start, end }, names.logs.kafka.readerSkipped);
      cursor.position = start;
      // There is nothing to be caught up with beyond what is there.
      const target = this.#ends.get(key);
      if (target !== undefined && (start >= target || end <= start)) this.#ends.delete(key);
      else if (target !== undefined && end < target) this.#ends.set(key, end);
    }
    this.#checkCaughtUp();
  }
}
