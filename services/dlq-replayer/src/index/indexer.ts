import { setTimeout as pause } from 'node:timers/promises';
import { groupTopics, topics } from '@millrace/contracts';
import { groupOf } from '@millrace/flows';
import {
  type Assignment,
  type Broker,
  type CodedError,
  type GroupMember,
  type InboundRecord,
  isCodedError,
  type PipelineRun,
  type PipelineState,
  type RecordPosition,
  type Serde,
  type StatedPipeline,
  type TopicPartition,
} from '@millrace/messaging';
import { type Logger, type Metrics, names, type Part, type ReadinessState } from '@millrace/service';
import { deadLetterRow } from './dead-letter.ts';
import type { DeadLetterIndex, IndexBatch, PlacedAck } from './dead-letter-index.ts';
import { enterReadable } from './enter-readable.ts';
import { rebuildIndex } from './rebuild-index.ts';
import { strayGroups } from './stray-groups.ts';

/** As the topology declares it. */
export const indexGroup: string = groupOf('index');

export interface IndexerOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly index: DeadLetterIndex;
  /** The consumer groups whose dead letters are read. */
  readonly groups: readonly string[];
  /** Also those of groups that the flow does not have any more, as far as their topics exist. */
  readonly withStrays: boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when answers of groups are in the index. */
  readonly onAnswers?: () => void;
  /** Told how the indexer stands, whenever that changes. */
  readonly onState: (state: StatedPipeline) => void;
  readonly onFatal: (error: Error) => void;
  /** `dlq-replayer.index` when absent. */
  readonly group?: string;
  readonly instanceId?: string;
  /** Between tries while Postgres is away. */
  readonly retryMs?: number;
}

/**
 * Reads every dead letter and every replay ack into the index. Like any pipeline it can be halted: by an operator, or by a
 * failure that no try could mend. Where records were deleted before it read them it mends itself from what is left.
 */
export interface Indexer extends Part, Pick<PipelineRun, 'group' | 'halt' | 'resume'> {
  state(): PipelineState;
  readiness(): ReadinessState;
  /** Every consumer group whose dead letters are read; empty before `open`. */
  groups(): readonly string[];
  /** Reads what `groups` of its options names by now: what is new from its beginning, everything else from where it was. */
  renew(): Promise<void>;
  /** Resolves when all that was in Kafka at the time of the call is in the index; rejects when the signal ends the wait. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

const recordsPerBatch = 500;
const highWater = 4_000;
const lowWater = 1_000;

/**
 * Dead letters are raw copies of any topic, so they are never decoded here: headers say all that the index keeps.
 *
 * idle: nothing waits. writing: one batch is in a transaction, records that arrive wait behind it; over the high-water mark
 * all partitions pause. Postgres away: the batch is tried again until it is written or the member must let go of it; nothing
 * is committed before it is written, and writing it twice changes nothing.
 *
 * halted: not in its group, nothing is read. After an offset that is not in the log any more it leaves this state by itself:
 * the index is a projection, so it is built again from what Kafka has, and the group goes on where the log begins.
 */
export function createIndexer(options: IndexerOptions): Indexer {
  return new KafkaIndexer(options);
}

class KafkaIndexer implements Indexer {
  readonly name = 'indexer';
  readonly group: string;
  readonly #options: IndexerOptions;
  #state: PipelineState | null = null;
  #isOpen = false;
  #mending: Promise<void> | null = null;
  #groupOf: ReadonlyMap<string, string> = new Map();
  #topics: readonly string[] = [];
  readonly #indexed;
  readonly #acknowledged;
  #member: GroupMember | null = null;
  #assigned: readonly TopicPartition[] = [];
  #waiting: InboundRecord[] = [];
  #paused = false;
  #writing: Promise<void> | null = null;
  readonly #closing = new AbortController();
  #letGo = new AbortController();
  #progress = Promise.withResolvers<void>();

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.group = options.group ?? indexGroup;
    this.#indexed = options.metrics.counter(names.metrics.replay.indexed);
    this.#acknowledged = options.metrics.counter(names.metrics.replay.acknowledged);
  }

  async open(): Promise<void> {
    await this.#discover();
    this.#isOpen = true;
    // What an operator halted before we came stays out of its group until it is resumed.
    if (this.#state?.state !== 'halted') await this.#join();
  }

  async renew(): Promise<void> {
    if (!this.#isOpen) return;
    const before = String(this.#topics);
    await this.#discover();
    // What is halted, or rebuilds its index, joins with the new topics by itself.
    if (String(this.#topics) === before || this.#state?.state === 'halted' || this.#mending !== null) return;
    const member = this.#member;
    this.#member = null;
    await this.#finish();
    await member?.close();
    await this.#join();
  }

  async #discover(): Promise<void> {
    const { groups, withStrays } = this.#options;
    const strays = withStrays ? await strayGroups({ ...this.#options, signal: this.#closing.signal }) : [];
    this.#groupOf = new Map([...groups, ...strays].map((each) => [groupTopics(each).dlq, each]));
    this.#topics = [...this.#groupOf.keys(), topics.opsReplayAck.name];
    for (const each of this.#groupOf.values()) this.#indexed.zero({ group: each });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#finish();
    await this.#member?.close();
  }

  state(): PipelineState {
    return this.#state ?? { state: 'running', code: null };
  }

  readiness(): ReadinessState {
    if (this.#state === null) return { ok: false, reason: 'joining its group' };
    const { state, code } = this.#state;
    if (state === 'running') return { ok: true };
    return { ok: false, reason: `${state}: ${code}`, ...(state === 'halted' ? { isHalted: true } : {}) };
  }

  halt(code = 'X_PIPELINE_HALTED', reason: string | null = null): void {
    if (this.#state?.state === 'halted') return;
    this.#leave();
    this.#stands('halted', code, reason);
  }

  async resume(): Promise<void> {
    if (this.#state?.state !== 'halted' || this.#mending !== null) return;
    if (!this.#isOpen) {
      this.#state = null;
      return;
    }
    await this.#finish();
    await this.#join();
  }

  async #join(): Promise<void> {
    const { broker, instanceId } = this.#options;
    this.#closing.signal.throwIfAborted();
    const member = await broker.createMember({
      group: this.group,
      topics: this.#topics,
      ...(instanceId === undefined ? {} : { instanceId }),
      listener: {
        onAssigned: (assignment) => this.#onAssigned(assignment),
        onRecords: (records) => this.#onRecords(records),
        beforeRejoin: () => this.#finish(),
        onUnreadable: (_, error) => void this.#onUnreadable(member, error),
        onCrash: (error) => this.#onCrash(member, error),
      },
    });
    this.#member = member;
    await member.start();
    if (this.#member === member) this.#stands('running', null);
  }

  #onCrash(member: GroupMember, error: Error): void {
    if (this.#member !== member || this.#closing.signal.aborted) return;
    if (!isCodedError(error) || error.disposition.kind !== 'halt') {
      this.#options.onFatal(error);
      return;
    }
    this.halt(error.code, error.message);
    if (error.code === 'X_KAFKA_OFFSET_OUT_OF_RANGE')
      this.#mending ??= this.#mend().finally(() => {
        this.#mending = null;
      });
  }

  /** Not before what came is written: whoever sets the group behind what cannot be read passes over nothing else. */
  async #onUnreadable(member: GroupMember, error: CodedError): Promise<void> {
    await this.#writing;
    if (this.#member === member && !this.#closing.signal.aborted) this.halt(error.code, error.message);
  }

  /** What was written stays; what waits is read again by whoever is next. */
  #leave(): void {
    const member = this.#member;
    this.#member = null;
    this.#letGo.abort();
    this.#waiting = [];
    void member?.close().catch(() => undefined);
  }

  #stands(state: PipelineState['state'], code: string | null, reason: string | null = null): void {
    const { logger, onState } = this.#options;
    const was = this.#state;
    this.#state = { state, code };
    if (state === 'halted') logger.error({ group: this.group, code, error: reason }, names.logs.pipeline.halted);
    else if (was !== null) logger.info({ group: this.group }, names.logs.pipeline.resumed);
    onState({ ...this.#state, reason });
  }

  async #mend(): Promise<void> {
    const { signal } = this.#closing;
    const { broker, index, serde, instanceId, logger, retryMs = 1_000 } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#finish();
        const entered = await enterReadable({ broker, group: this.group, topics: this.#topics, instanceId });
        await rebuildIndex({ broker, serde, index, groups: this.groups(), clear: entered.isRestarted }, signal);
        return await this.#join();
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ group: this.group, err: error }, names.logs.pipeline.resumeFailed);
        await pause(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  groups(): readonly string[] {
    return [...this.#groupOf.values()];
  }

  async caughtUp(signal: AbortSignal): Promise<void> {
    const ends = await this.#options.broker.admin.offsets(this.#topics);
    for (;;) {
      const next = new Map(
        (await this.#options.index.positions()).map((position) => [keyOf(position), position.offset]),
      );
      const behind = ends.some((end) => end.latest > end.earliest && (next.get(keyOf(end)) ?? 0) < end.latest);
      if (!behind) return;
      signal.throwIfAborted();
      // Another instance may be the one that writes: its progress is only visible in the table.
      await Promise.race([this.#progress.promise, pause(200, undefined, { signal })]);
    }
  }

  #onAssigned({ partitions }: Assignment): void {
    this.#assigned = partitions;
    this.#waiting = [];
    this.#letGo = new AbortController();
    this.#paused = false;
    this.#member?.resume(partitions);
  }

  #onRecords(records: readonly InboundRecord[]): void {
    if (this.#letGo.signal.aborted) return; // read again by whoever gets the partition
    for (const record of records) this.#waiting.push(record);
    if (!this.#paused && this.#waiting.length > highWater) {
      this.#paused = true;
      this.#member?.pause(this.#assigned);
    }
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
  }

  /** Before a rejoin and at the end: what is being written is finished and committed, what waits is left to be read again. */
  async #finish(): Promise<void> {
    this.#letGo.abort();
    this.#waiting = [];
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const records = this.#waiting.splice(0, recordsPerBatch);
      const batch = await this.#batchOf(records).catch(() => null);
      if (batch === null || !(await this.#write(batch))) return;
      await this.#commit(batch.positions);
      for (const { group } of batch.deadLetters) this.#indexed.inc({ group });
      for (const { group, outcome } of batch.acks) this.#acknowledged.inc({ group, outcome });
      if (batch.acks.length > 0) this.#options.onAnswers?.();
      this.#progress.resolve();
      this.#progress = Promise.withResolvers();
      if (this.#paused && this.#waiting.length < lowWater) {
        this.#paused = false;
        this.#member?.resume(this.#assigned);
      }
    }
  }

  /** False when the partitions had to be let go before it could be written. */
  async #write(batch: IndexBatch): Promise<boolean> {
    const { index, logger, retryMs = 1_000 } = this.#options;
    for (let told = false; ; ) {
      try {
        await index.apply(batch);
        return true;
      } catch (error) {
        if (!told) logger.error({ err: error }, names.logs.ledger.unavailable);
        told = true;
        if (this.#letGo.signal.aborted) return false;
        await pause(retryMs, undefined, { signal: this.#letGo.signal }).catch(() => {});
      }
    }
  }

  async #commit(positions: readonly RecordPosition[]): Promise<void> {
    try {
      await this.#member?.commit(positions);
    } catch (error) {
      // Not in the group any more, or the coordinator is away: what is written twice changes nothing.
      this.#options.logger.warn({ err: error }, names.logs.pipeline.commitFailed);
    }
  }

  async #batchOf(records: readonly InboundRecord[]): Promise<IndexBatch> {
    const next = new Map<string, RecordPosition>();
    for (const { topic, partition, offset } of records)
      next.set(`${topic}/${partition}`, { topic, partition, offset: offset + 1 });
    const acks = records.filter(({ topic }) => topic === topics.opsReplayAck.name);
    return {
      deadLetters: records.flatMap((record) => {
        const group = this.#groupOf.get(record.topic);
        return group === undefined ? [] : [deadLetterRow(record, group)];
      }),
      acks: (await Promise.all(acks.map((record) => this.#decodeAck(record)))).flat(),
      statuses: [],
      positions: [...next.values()],
    };
  }

  /** An ack that does not decode resolves nothing: its dead letter stays open, which is the safe side. */
  async #decodeAck({ value, partition, offset }: InboundRecord): Promise<readonly PlacedAck[]> {
    const { serde, logger, retryMs = 1_000 } = this.#options;
    for (;;) {
      try {
        return value === null ? [] : [{ ...(await serde.decode(topics.opsReplayAck, value)), partition, offset }];
      } catch (error) {
        if (isCodedError(error) && error.disposition.kind === 'dead-letter') {
          logger.warn({ err: error }, names.logs.replay.recordUnreadable);
          return [];
        }
        await pause(retryMs, undefined, { signal: this.#letGo.signal }); // the registry is away
      }
    }
  }
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
