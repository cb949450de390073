import { topics } from '@millrace/contracts';
import type { Stage } from '@millrace/flows';
import {
  type Broker,
  type InboundRecord,
  type PartitionRange,
  partitionOf,
  type RecordPosition,
  readDeadLetter,
  readIdentity,
  type Serde,
} from '@millrace/messaging';
import { OperatorError } from '../errors.ts';
import type { DeadLetterIndex } from '../index/dead-letter-index.ts';
import type { EdgeLookup } from './edge-lookup.ts';
import { ackHop, type DecodedOutcome, type Hop, hopOf, inTimeOrder, type TopicRole, topicRoles } from './hops.ts';

export interface TraceOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly index: DeadLetterIndex;
  readonly edge: EdgeLookup;
  readonly groups: readonly string[];
  readonly stages: readonly Stage[];
  readonly now: () => number;
  /** How far back to look for an id that the gateway does not know. */
  readonly searchMs: number;
}

/** A record's whole way, as far as Kafka still has it. */
export interface Trace {
  readonly id: string;
  readonly hops: readonly Hop[];
  /** False when the time ran out before everything was read. */
  readonly complete: boolean;
  readonly scannedRecords: number;
}

/** Clocks of two machines, and the moment between receiving and writing. */
const marginMs = 60_000;

/**
 * Follows an id. The gateway says when and where the record came in; from there on only partitions are read where the record
 * or a descendant can stand: that of each key seen so far. An id that the gateway does not know is looked for in every
 * partition of the last `searchMs`.
 */
export async function traceEvent(id: string, options: TraceOptions, signal: AbortSignal): Promise<Trace> {
  const search = new Search(id, options, signal);
  const hops = await search.run();
  if (hops.length === 0) throw new OperatorError('X_TRACE_UNKNOWN', 404);
  return { id, hops: inTimeOrder(hops), complete: search.complete, scannedRecords: search.scanned };
}

class Search {
  complete = true;
  scanned = 0;
  readonly #id: string;
  readonly #options: TraceOptions;
  readonly #signal: AbortSignal;
  readonly #roles: ReadonlyMap<string, TopicRole>;
  readonly #found = new Map<string, InboundRecord>();
  readonly #read = new Set<string>();
  readonly #followed = new Set<string>();
  /** Ids that tie records to this one: the asked one, and the correlation ids of what was found by it. */
  readonly #ids: Set<string>;
  #partitionsOf: ReadonlyMap<string, number> = new Map();

  constructor(id: string, options: TraceOptions, signal: AbortSignal) {
    this.#id = id;
    this.#options = options;
    this.#signal = signal;
    this.#roles = topicRoles(options.groups, options.stages);
    this.#ids = new Set([id]);
  }

  async run(): Promise<readonly Hop[]> {
    const { broker, edge, now, searchMs } = this.#options;
    const described = await broker.admin.describeTopics();
    this.#partitionsOf = new Map(
      described.filter(({ name }) => this.#roles.has(name)).map(({ name, partitions }) => [name, partitions]),
    );
    const known = await edge.find(this.#id, this.#signal);
    try {
      if (known?.position) await this.#readRecord(known.position);
      const since = known === null ? now() - searchMs : known.receivedAt - marginMs;
      if (this.#keys().length === 0) await this.#scanAll(since);
      // Each round reads the partitions of keys that the round before brought to light.
      for (let keys = this.#keys(); keys.length > 0; keys = this.#keys()) await this.#scan(since, keys);
    } catch (error) {
      if (!this.#signal.aborted) throw error;
      this.complete = false;
    }
    return this.#hops();
  }

  /** A descendant's id leads to its correlation, of which records were passed over before it was known: read those again. */
  async #scanAll(since: number): Promise<void> {
    await this.#scan(since, null);
    if (this.#ids.size > 1) this.#read.clear();
  }

  async #readRecord({ topic, partition, offset }: RecordPosition): Promise<void> {
    await this.#take([{ topic, partition, from: offset, to: offset + 1 }]);
  }

  /** Keys found whose partitions are not read yet. */
  #keys(): readonly Buffer[] {
    const keys = new Map<string, Buffer>();
    for (const { key } of this.#found.values()) {
      if (key === null) continue;
      const name = key.toString('latin1');
      if (!this.#followed.has(name)) keys.set(name, key);
    }
    return [...keys.values()];
  }

  /** Null keys: every partition. */
  async #scan(since: number, keys: readonly Buffer[] | null): Promise<void> {
    for (const key of keys ?? []) this.#followed.add(key.toString('latin1'));
    const ranges = await Promise.all(
      [...this.#partitionsOf].map(([topic, partitions]) => this.#rangesOf(topic, partitions, since, keys)),
    );
    await this.#take(ranges.flat());
  }

  async #rangesOf(
    topic: string,
    partitions: number,
    since: number,
    keys: readonly Buffer[] | null,
  ): Promise<readonly PartitionRange[]> {
    const wanted = new Set(
      keys?.map((key) => partitionOf(key, partitions)) ?? Array.from({ length: partitions }, (_, p) => p),
    );
    const starts = await this.#options.broker.admin.offsetsAtTime(topic, since);
    return starts
      .filter(({ partition }) => wanted.has(partition) && !this.#read.has(`${topic}/${partition}`))
      .map(({ partition, offset }) => {
        this.#read.add(`${topic}/${partition}`);
        return { topic, partition, from: offset, to: Number.MAX_SAFE_INTEGER };
      });
  }

  async #take(ranges: readonly PartitionRange[]): Promise<void> {
    if (ranges.length === 0) return;
    for await (const record of this.#options.broker.readRanges(ranges, this.#signal)) {
      this.scanned += 1;
      if (!this.#isMine(record)) continue;
      this.#found.set(`${record.topic}/${record.partition}/${record.offset}`, record);
      const { correlationid } = readIdentity(record.headers);
      if (correlationid !== null) this.#ids.add(correlationid);
    }
  }

  #isMine({ headers }: InboundRecord): boolean {
    const { id, correlationid } = readIdentity(headers);
    return (id !== null && this.#ids.has(id)) || (correlationid !== null && this.#ids.has(correlationid));
  }

  async #hops(): Promise<readonly Hop[]> {
    const records = [...this.#found.values()];
    const hops = await Promise.all(
      records.map(async (record) => {
        const role = this.#roles.get(record.topic) as TopicRole;
        return hopOf(record, role, await this.#decode(record, role));
      }),
    );
    const dlqIds = records.flatMap(({ headers }) => readDeadLetter(headers)?.id ?? []);
    const acks = dlqIds.length === 0 ? [] : await this.#options.index.acksOf(dlqIds);
    return [...hops, ...acks.map(ackHop)];
  }

  async #decode({ value }: InboundRecord, { kind }: TopicRole): Promise<DecodedOutcome | null> {
    if (value === null) return null;
    const { serde } = this.#options;
    try {
      if (kind === 'deliveries') {
        const { route, sink, outcome, reason, destination } = await serde.decode(topics.deliveriesCompleted, value);
        return { outcome, reason, detail: [route, sink, destination].filter(Boolean).join(' ') };
      }
      if (kind === 'transformations') {
        const { stage, outcome, reason } = await serde.decode(topics.transformationsRecorded, value);
        return { outcome, reason, detail: stage };
      }
      return null;
    } catch {
      return null; // the place is known all the same; the hop says that it cannot be read
    }
  }
}
