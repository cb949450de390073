import type { CommittedOffset, InboundRecord, OutboundRecord, RecordPosition, TopicSpec } from '../broker.ts';
import { DeliveryError, recordTooLarge } from '../errors.ts';
import { partitionOf } from '../murmur2.ts';

const defaultMaxBytes = 1_048_588;

export interface Log {
  /** Offsets rise; compaction leaves gaps. */
  records: InboundRecord[];
  /** The earliest offset that there may be. */
  start: number;
  /** The offset the next record will get. */
  end: number;
  /** The offset of a record that cannot be read; null for none. */
  unreadable: number | null;
}

export interface StoredTopic {
  /** Another for each topic that was ever made. */
  readonly id: string;
  spec: TopicSpec;
  readonly logs: Log[];
}

export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** What outlives every connection: topics, records, committed offsets. */
export class Cluster {
  readonly now: () => number;
  readonly topics: Map<string, StoredTopic> = new Map();
  readonly committed: Map<string, Map<string, CommittedOffset>> = new Map();
  /** The member that a group has, by group. */
  readonly members: Map<string, object> = new Map();
  readonly #appended = new Set<() => void>();
  #nextKeyless = 0;
  #made = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  onAppend(listener: () => void): () => void {
    this.#appended.add(listener);
    return () => this.#appended.delete(listener);
  }

  create(spec: TopicSpec): void {
    if (this.topics.has(spec.name)) return;
    this.#made += 1;
    this.topics.set(spec.name, {
      id: `log-${this.#made}`,
      spec,
      logs: Array.from({ length: spec.partitions }, () => ({ records: [], start: 0, end: 0, unreadable: null })),
    });
  }

  topic(name: string): StoredTopic {
    const topic = this.topics.get(name);
    if (topic === undefined) {
      throw new DeliveryError('X_DELIVERY_REFUSED', `topic ${name} does not exist; provision it from topics.yaml`, {
        ambiguous: false,
      });
    }
    return topic;
  }

  log(topic: string, partition: number): Log {
    const log = this.topic(topic).logs[partition];
    if (log === undefined) throw new RangeError(`${topic} has no partition ${partition}`);
    return log;
  }

  append(record: OutboundRecord): RecordPosition {
    const topic = this.topic(record.topic);
    const limit = Number(topic.spec.config['max.message.bytes'] ?? defaultMaxBytes);
    const bytes = recordBytes(record);
    if (bytes > limit) throw recordTooLarge(record.topic, bytes, limit);
    const partition = record.partition ?? this.#partitionFor(record, topic.logs.length);
    const log = this.log(record.topic, partition);
    const isAppendTime = topic.spec.config['message.timestamp.type'] === 'LogAppendTime';
    const stored = {
      topic: record.topic,
      partition,
      offset: log.end,
      timestamp: isAppendTime ? this.now() : (record.timestamp ?? this.now()),
      key: record.key === null ? null : Buffer.from(record.key),
      value: record.value === null ? null : Buffer.from(record.value),
      headers: record.headers.map(([name, value]) => [name, value === null ? null : Buffer.from(value)] as const),
    };
    log.records.push(stored);
    log.end += 1;
    for (const listener of this.#appended) listener();
    return { topic: stored.topic, partition, offset: stored.offset };
  }

  /** Index of the first record at or after an offset. */
  static seek(log: Log, offset: number): number {
    let low = 0;
    let high = log.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((log.records[middle] as InboundRecord).offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Deletes a topic and creates it again: offsets begin anew, and no group has committed any of it. */
  recreate(name: string): void {
    const { spec } = this.topic(name);
    this.topics.delete(name);
    this.create(spec);
    for (const committed of this.committed.values())
      for (const partition of this.topic(name).logs.keys()) committed.delete(partitionKey(name, partition));
  }

  /** What retention does: everything below that offset is gone. */
  cut(name: string, offset: number): void {
    for (const log of this.topic(name).logs) {
      log.start = Math.max(log.start, Math.min(offset, log.end));
      log.records = log.records.filter((record) => record.offset >= log.start);
    }
  }

  damage({ topic, partition, offset }: RecordPosition): void {
    this.log(topic, partition).unreadable = offset;
  }

  setCommitted(group: string, at: RecordPosition & Partial<CommittedOffset>): void {
    const { topic, partition, offset, metadata = '' } = at;
    const committed = this.committed.get(group) ?? new Map<string, CommittedOffset>();
    this.committed.set(group, committed);
    committed.set(partitionKey(topic, partition), { offset, metadata });
  }

  /** Keeps the newest record per key, as the log cleaner does; offsets stay, so there are gaps. */
  compact(name: string): void {
    for (const log of this.topic(name).logs) {
      const newest = new Map<string, number>();
      for (const record of log.records)
        if (record.key !== null) newest.set(record.key.toString('latin1'), record.offset);
      log.records = log.records.filter(
        (record) => record.key !== null && newest.get(record.key.toString('latin1')) === record.offset,
      );
    }
  }

  #partitionFor(record: OutboundRecord, partitions: number): number {
    if (record.key !== null) return partitionOf(record.key, partitions);
    this.#nextKeyless += 1;
    return this.#nextKeyless % partitions;
  }
}

function recordBytes(record: OutboundRecord): number {
  let bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of record.headers) bytes += name.length + (value?.length ?? 0);
  return bytes;
}
