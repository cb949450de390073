/**
 * The broker port: everything the delivery core asks of Kafka, and nothing of one client.
 * `in-memory/broker.ts` and `packages/kafka` implement it under the same laws (`packages/conformance`).
 */

import type { CodedError } from './disposition.ts';

/** One header as the wire has it. Order, duplicates and nulls are part of a record and survive every copy. */
export type HeaderPair = readonly [name: string, value: Buffer | null];

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface RecordPosition extends TopicPartition {
  /** Below 2^53; Kafka's own 64 bits are never reached in practice and a larger one is refused. */
  readonly offset: number;
}

export interface InboundRecord extends RecordPosition {
  /** Epoch milliseconds, as the broker has it: any whole number, also one that no date can say; within ±(2^53 - 1). */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly HeaderPair[];
}

export interface OutboundRecord {
  readonly topic: string;
  /** Java's murmur2 of the key when absent; a record without a key and partition goes to any partition. */
  readonly partition?: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly HeaderPair[];
  /** Epoch milliseconds; the time of writing when absent. */
  readonly timestamp?: number;
}

/** What becomes of one record: exactly one of the two is called, once, never before the call has returned. Neither may throw. */
export interface DeliveryReport {
  onAcknowledged(position: RecordPosition): void;
  /** With a `DeliveryError`. */
  onFailed(error: unknown): void;
}

/** Publishes. One producer may serve a whole process; it batches what is waiting. */
export interface Producer {
  /**
   * Resolves only after every in-sync replica has the record, with where it went.
   * Rejects with a `DeliveryError`, which says whether the record may have been written all the same.
   * Records of one partition keep the order of the calls.
   * A signal takes back what has not left yet. It is asked once more (`aborted`) right before the record leaves, so one
   * that has its answer only when it is asked holds a record back as well.
   */
  send(record: OutboundRecord, signal?: AbortSignal): Promise<RecordPosition>;
  /** The same without a promise, for whoever has thousands of records on their way. */
  deliver(record: OutboundRecord, report: DeliveryReport, signal?: AbortSignal): void;
  /** Resolves when nothing accepted so far is waiting any more, whatever became of it. */
  flush(): Promise<void>;
  /** Refuses new records, drains, disconnects. Idempotent. */
  close(): Promise<void>;
}

export interface CommittedOffset {
  /** The next offset to read. */
  readonly offset: number;
  readonly metadata: string;
}

export interface AssignedPartition extends TopicPartition {
  /** What the group had committed, where the driver can tell; null for nothing. */
  readonly committed: CommittedOffset | null;
  /** Names the log: a topic that was deleted and made again has another. Absent where the brokers do not tell. */
  readonly logId?: string;
}

export interface Assignment {
  /** Rises with every join; a commit of an older one is refused. */
  readonly generation: number;
  readonly partitions: readonly AssignedPartition[];
}

/** The delivery core's side of a membership. The driver calls it; none of the calls may throw. */
export interface GroupListener {
  /** After each join, before the first record of that generation. Everything queued of an older one is void. */
  onAssigned(assignment: Assignment): void;
  /** Records of one partition, in offset order. Takes them and returns at once: heartbeats never wait for a handler. */
  onRecords(records: readonly InboundRecord[]): void;
  /**
   * A partition's log cannot be read on from that offset, also after several tries: with why, of disposition `halt`.
   * Everything before it has been handed over, nothing more of that partition comes in this membership; others go on.
   */
  onUnreadable(at: RecordPosition, error: CodedError): void;
  /**
   * The rebalance barrier. Called before the member asks to join again; the driver waits for it.
   * Nothing new may start, what runs finishes or is aborted by the signal, outputs flush, the old generation commits.
   */
  beforeRejoin(deadline: AbortSignal): Promise<void>;
  /**
   * The membership is over and will not come back. An error with disposition `halt` waits for an operator, and a new
   * member may be made then, or at once where it is `unavailable`: it joins when the brokers let it in. After any other
   * the process must end: a dead client is never a live process.
   */
  onCrash(error: Error): void;
}

export interface OffsetCommit extends TopicPartition {
  /** The next offset to read, never the last one read. */
  readonly offset: number;
  readonly metadata?: string;
}

export interface GroupMember {
  readonly sessionTimeoutMs: number;
  /** Joins and begins to call the listener. Resolves after the first assignment. */
  start(): Promise<void>;
  /** Own the pause set: it survives rebalances and is applied again to whatever is assigned. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /**
   * The next offset of an assigned partition that may still be handed over: everything below it was, or is no record
   * (compacted away, the marker of a transaction). Null outside of an assignment.
   */
  position(partition: TopicPartition): number | null;
  /** With the current generation; rejects when the member is no longer in it. */
  commit(offsets: readonly OffsetCommit[]): Promise<void>;
  /** `performance.now()` of the last heartbeat or join that the coordinator answered well; -Infinity before. */
  lastHeartbeatAt(): number;
  /**
   * Stops fetching, leaves; a static member keeps its place for whoever comes back under its name. The last commit must come
   * before. Idempotent, and works while blocked.
   */
  close(): Promise<void>;
  /** As `close`, and gives up the place of a static member too: a group that everybody has left so is empty. */
  leave(): Promise<void>;
}

export interface MemberOptions {
  readonly group: string;
  /** Source, retry and lane topics: same partition count; one member gets index i of all of them. */
  readonly topics: readonly string[];
  /** Those of them that mostly have nothing: what comes there may be handed over a moment later than elsewhere. */
  readonly seldom?: readonly string[];
  readonly listener: GroupListener;
  /**
   * Whether what the group has committed is of the log of that id. Where it is not, the topic was made again: it counts as
   * nothing committed, and the log is read from its beginning. Asked at every assignment; yes where absent.
   */
  readonly isOfLog?: (committed: CommittedOffset, logId: string) => boolean;
  /** A stable name for static membership, where the driver is capable of it. */
  readonly instanceId?: string;
}

/** Reads without a group: every process sees every record (control topics, reference tables). */
export interface TopicReader {
  /** Resolves when everything that was there at the start has been handed over. */
  readonly caughtUp: Promise<void>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  readonly topics: readonly string[];
  readonly from: 'earliest' | 'latest';
  readonly onRecord: (record: InboundRecord) => void;
}

export interface PartitionRange extends TopicPartition {
  /** First offset wanted; earlier than the earliest means from the earliest. */
  readonly from: number;
  /** First offset not wanted; beyond the end means up to the end at the time of the call. */
  readonly to: number;
}

export interface PartitionOffsets extends TopicPartition {
  readonly earliest: number;
  /** The offset the next record will get. */
  readonly latest: number;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicDescription extends TopicSpec {}

/** One broker of the cluster. */
export interface BrokerDescription {
  readonly id: number;
  /** Its settings as they count, defaults included, as far as it tells them. */
  readonly config: Readonly<Record<string, string>>;
}

/** Who is in a consumer group at the moment. */
export interface GroupDescription {
  readonly group: string;
  /** 0 for a group that nobody is in, or that never was. */
  readonly members: number;
}

export interface BrokerAdmin {
  describeBrokers(): Promise<readonly BrokerDescription[]>;
  describeTopics(names?: readonly string[]): Promise<readonly TopicDescription[]>;
  createTopics(specs: readonly TopicSpec[]): Promise<void>;
  /** Only ever more. */
  createPartitions(topic: string, total: number): Promise<void>;
  /** Sets these keys and leaves the others as they are. */
  alterTopicConfig(topic: string, config: Readonly<Record<string, string>>): Promise<void>;
  offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]>;
  /** Per partition the first offset whose record is at or after the time; the latest offset when there is none. */
  offsetsAtTime(topic: string, epochMs: number): Promise<readonly RecordPosition[]>;
  /** In the order asked for. A member that died counts until its session ends. */
  describeGroups(groups: readonly string[]): Promise<readonly GroupDescription[]>;
  committed(
    group: string,
    topics: readonly string[],
  ): Promise<readonly (TopicPartition & { readonly committed: CommittedOffset | null })[]>;
  /**
   * Sets where a group goes on, and forgets what it had finished beyond. Rejects with `X_GROUP_NOT_EMPTY`, having set nothing,
   * while anybody is in the group: a member would not notice, and overwrite it with its next commit.
   */
  setOffsets(group: string, positions: readonly RecordPosition[]): Promise<void>;
}

export interface BrokerCapabilities {
  readonly driver: string;
  /** Groups of more than one member: rebalance, fencing, hand-over. */
  readonly groups: boolean;
  readonly staticMembership: boolean;
  readonly commitMetadata: boolean;
  readonly transactions: boolean;
}

export interface Broker {
  readonly capabilities: BrokerCapabilities;
  readonly admin: BrokerAdmin;
  createProducer(): Promise<Producer>;
  createMember(options: MemberOptions): Promise<GroupMember>;
  createReader(options: ReaderOptions): Promise<TopicReader>;
  /** Reads the ranges and ends: a range that is empty or compacted away ends too. Partition order kept, partitions interleaved. */
  readRanges(ranges: readonly PartitionRange[], signal?: AbortSignal): AsyncIterable<InboundRecord>;
  /** True when the cluster answers a metadata request in time. */
  isReachable(timeoutMs: number): Promise<boolean>;
  /** Closes what it opened. Idempotent. */
  close(): Promise<void>;
}
