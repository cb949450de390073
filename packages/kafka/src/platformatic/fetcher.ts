import { setTimeout as sleep } from 'node:timers/promises';
import type { InboundRecord, TopicPartition } from '@millrace/messaging';
import { type Logger, names } from '@millrace/service';
import { classifyClientFailure } from '../errors.ts';
import { FetchSpacing } from '../membership/fetch-spacing.ts';
import type { PausedPartitions } from '../membership/paused-partitions.ts';
import { askEveryMs, type SeldomTopics } from '../membership/seldom-topics.ts';
import type { DamagedPartitions } from '../reading/damaged-partitions.ts';
import { type Decoded, decodeBatches } from '../reading/decode-batches.ts';
import { type Cursor, type FetchLimits, partitionKey } from '../reading/log-access.ts';
import type { Cluster } from './cluster.ts';
import { BrokerAnswerError, failureOfClient } from './failure.ts';
import { fetchRaw, type RawFetched } from './fetch.ts';

export interface FetcherOptions {
  readonly cluster: Cluster;
  readonly limits: FetchLimits;
  readonly starts: readonly Readonly<Cursor>[];
  readonly paused: PausedPartitions;
  readonly seldom: SeldomTopics;
  readonly damaged: DamagedPartitions;
  readonly onRecords: (records: readonly InboundRecord[]) => void;
  readonly onOutOfRange: (partition: TopicPartition) => Promise<void>;
  /** What trying again does not mend. */
  readonly onBroken: (error: unknown) => void;
  readonly logger: Logger;
}

const movedRestMs = 100;

interface Position extends Cursor {
  /** Came while the partition was paused, in order; nothing more is asked for until it is handed over. */
  held: InboundRecord[];
  /** In a request that is on its way: a partition that moves is not read from two leaders at once. */
  isAsked: boolean;
  /** Ends when all that came so far is decoded and handed over. */
  handing: Promise<void>;
  /** Where what is decoded ends, and where what is handed over does. */
  decoded: number;
  handed: number;
}

/**
 * Reads one assignment's partitions, one loop per leader, so that no broker waits for another. While the records of one
 * answer are decoded and handed over the next request is already on its way. Ends for good with `stop`.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #positions: ReadonlyMap<string, Position>;
  readonly #loops = new Set<number>();
  readonly #spacing = new FetchSpacing(() => performance.now());
  readonly #stopping = new AbortController();
  #woken: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #locating = false;
  /** In a row. */
  #failures = 0;

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#positions = new Map(
      options.starts.map((start) => [
        partitionKey(start.topic, start.partition),
        {
          ...{ ...start, held: [], isAsked: false, handing: Promise.resolve() },
          ...{ decoded: start.position, handed: start.position },
        },
      ]),
    );
  }

  start(): void {
    this.#spread();
  }

  /** What was held back comes first, in a turn of its own. */
  resumed(partitions: readonly TopicPartition[]): void {
    setImmediate(() => {
      for (const { topic, partition } of partitions) {
        this.#options.seldom.expect({ topic, partition });
        const position = this.#positions.get(partitionKey(topic, partition));
        if (position !== undefined) this.#handHeld(position);
      }
      this.#wake();
    });
  }

  /** The next offset that may still be handed over; null for a partition that is not read. */
  handedUpTo({ topic, partition }: TopicPartition): number | null {
    return this.#positions.get(partitionKey(topic, partition))?.handed ?? null;
  }

  stop(): void {
    this.#stopping.abort();
    this.#wake();
  }

  #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #wake(): void {
    this.#woken.resolve();
    this.#woken = Promise.withResolvers<void>();
  }

  /** Starts a loop for every leader that has none, and looks for the leaders that are not known. */
  #spread(): void {
    let isComplete = true;
    for (const { topic, partition } of this.#positions.values()) {
      const node = this.#options.cluster.leader(topic, partition);
      if (node === null) isComplete = false;
      else if (!this.#loops.has(node)) {
        this.#loops.add(node);
        void this.#loop(node).finally(() => {
          this.#loops.delete(node);
          if (!this.#isStopped()) this.#spread();
        });
      }
    }
    this.#wake();
    if (!isComplete) void this.#locate();
  }

  async #loop(node: number): Promise<void> {
    const { cluster } = this.#options;
    let handing: Promise<unknown> = Promise.resolve();
    let turn = 0;
    while (!this.#isStopped()) {
      const rest = this.#spacing.restMs(node);
      if (rest > 0) {
        await this.#rest(rest);
        continue;
      }
      const mine = [...this.#positions.values()].filter(
        ({ topic, partition }) => cluster.leader(topic, partition) === node,
      );
      if (mine.length === 0) return;
      const ready = mine.filter(
        (position) => !position.isAsked && position.held.length === 0 && !this.#isPaused(position),
      );
      const { seldom, damaged } = this.#options;
      const asked = ready.filter(
        ({ topic, partition }) => damaged.asks(topic, partition) && seldom.asks(topic, partition),
      );
      if (asked.length === 0) {
        // With nothing left but what waits for its time nobody else wakes the loop when that has come.
        await (ready.length === 0 ? this.#woken.promise : this.#wokenWithin(seldom.waitMs(askEveryMs)));
        continue;
      }
      const fetched = await this.#fetch(node, inTurn(asked, turn++));
      // One answer is decoded while the next is on its way, not more.
      await handing;
      if (fetched === null || this.#isStopped()) continue;
      handing = Promise.all(fetched.map((each) => this.#hand(each)));
      // Or it would be asked for again before its rest begins.
      if (fetched.some(({ damage }) => damage !== null)) await handing;
      await this.#mend(fetched);
    }
  }

  async #wokenWithin(ms: number): Promise<void> {
    const over = new AbortController();
    const late = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([this.#woken.promise, late]);
    over.abort();
  }

  async #fetch(node: number, ready: readonly Position[]): Promise<readonly RawFetched<Position>[] | null> {
    for (const position of ready) position.isAsked = true;
    const { cluster, limits, paused, seldom } = this.#options;
    this.#spacing.sent(node);
    try {
      const fetched = await fetchRaw(cluster, node, ready, {
        ...limits,
        maxWaitMs: seldom.waitMs(paused.waitMs(limits.maxWaitMs)),
      });
      this.#failures = 0;
      this.#spacing.answered(node, countRecords(fetched));
      for (const { cursor, from, next } of fetched) if (cursor.position === from) cursor.position = next;
      return fetched;
    } catch (error) {
      await this.#lost(node, ready, error);
      return null;
    } finally {
      for (const position of ready) position.isAsked = false;
      // The loop of a leader that took one over meanwhile waits for just this.
      if (ready.some(({ topic, partition }) => cluster.leader(topic, partition) !== node)) this.#wake();
    }
  }

  #isPaused({ topic, partition }: TopicPartition): boolean {
    return this.#options.paused.has(topic, partition);
  }

  #hand({ cursor, batches, damage, aborted, from, next }: RawFetched<Position>): Promise<void> {
    if (batches.length === 0 && damage === null) return cursor.handing;
    const { topic, partition } = cursor;
    const decoding = decodeBatches({ batches, damage }, { topic, partition, from, aborted });
    cursor.handing = Promise.all([decoding, cursor.handing]).then(
      ([decoded]) => this.#take(cursor, { from, to: next }, decoded),
      (error: unknown) => {
        if (!this.#isStopped()) this.#options.onBroken(error);
      },
    );
    return cursor.handing;
  }

  #take(
    cursor: Position,
    asked: { readonly from: number; readonly to: number },
    { records, next, damage }: Decoded,
  ): void {
    // Asked for before it was known that something in front of it has to be fetched again.
    if (this.#isStopped() || asked.from !== cursor.decoded) return;
    for (const record of records) cursor.held.push(record);
    cursor.decoded = next;
    // Less than came could be read: the request that is on its way already asks for what is behind that.
    if (next < asked.to) cursor.position = next;
    this.#handHeld(cursor);
    const { topic, partition } = cursor;
    if (damage !== null) this.#options.damaged.wasNotRead({ topic, partition, offset: next }, damage);
    else this.#options.damaged.wasRead(cursor);
  }

  #handHeld(position: Position): void {
    if (this.#isStopped() || this.#isPaused(position)) return;
    const records = position.held;
    position.held = [];
    position.handed = position.decoded;
    if (records.length === 0) return;
    this.#options.seldom.expect(position);
    this.#options.onRecords(records);
  }

  /** Single partitions that the leader would not give. */
  async #mend(fetched: readonly RawFetched<Position>[]): Promise<void> {
    const troubled = fetched.filter(({ problem }) => problem !== null);
    if (troubled.length === 0) return;
    for (const { cursor, problem } of troubled) {
      if (problem === 'OFFSET_OUT_OF_RANGE') return this.#options.onOutOfRange(cursor);
      const error = new BrokerAnswerError(problem as string);
      if (classifyClientFailure(error) === 'refused') return this.#options.onBroken(error);
      this.#options.cluster.forget(cursor.topic);
    }
    await this.#rest(movedRestMs);
    void this.#locate();
  }

  /** No answer at all: the leaders may have moved, so they are asked for again before the next try. */
  async #lost(node: number, asked: readonly Position[], error: unknown): Promise<void> {
    if (this.#isStopped()) return;
    const reason = failureOfClient(error);
    if (classifyClientFailure(reason) === 'refused') return this.#options.onBroken(reason);
    const failures = this.#failures++;
    if (failures > 1)
      this.#options.logger.warn({ node, failures, reason: reason.message }, names.logs.kafka.fetchUnanswered);
    for (const { topic } of asked) this.#options.cluster.forget(topic);
    await this.#rest(Math.min(100 * 2 ** failures, 2_000));
    void this.#locate();
  }

  async #locate(): Promise<void> {
    if (this.#locating) return;
    this.#locating = true;
    const { cluster, logger } = this.#options;
    const isKnown = ({ topic, partition }: TopicPartition): boolean => cluster.leader(topic, partition) !== null;
    for (let tried = 0; !this.#isStopped(); tried++) {
      const missing = [...this.#positions.values()].filter((position) => !isKnown(position));
      try {
        await cluster.locateAll([...new Set(missing.map(({ topic }) => topic))]);
      } catch (error) {
        const reason = failureOfClient(error);
        if (classifyClientFailure(reason) === 'refused') this.#options.onBroken(reason);
        if (tried > 1) logger.warn({ tried, reason: reason.message }, names.logs.kafka.leadersUnknown);
      }
      if (missing.every(isKnown)) break;
      await this.#rest(Math.min(100 * 2 ** tried, 2_000));
    }
    this.#locating = false;
    if (!this.#isStopped()) this.#spread();
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

/** Another one first each time: an answer that is full has nothing for those that were asked for last. */
function inTurn<T>(items: readonly T[], turn: number): readonly T[] {
  const first = turn % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

const countRecords = (fetched: readonly RawFetched[]): number =>
  fetched.reduce((sum, { batches }) => sum + batches.reduce((all, { count }) => all + count, 0), 0);
