import type { InboundRecord } from '@millrace/messaging';
import type Cluster from 'kafkajs/src/cluster/index.js';
import type { Broker, FetchedPartition } from 'kafkajs/src/cluster/index.js';

/** The client's group state, as the patched `joinAndSync` hands it over. */
export interface ConsumerGroupState {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly coordinator: Broker;
  readonly generationId: number;
  /** Settable: a member that comes back after a lost connection keeps its name. */
  memberId: string | null;
  /** `performance.now()` when SyncGroup was sent. */
  readonly syncSentAt: number;
  /** What the leader sent along with the assignment. */
  readonly assignmentData: Buffer | null;
  readonly offsetManager: OffsetManager;
  readonly subscriptionState: {
    pause(topics: readonly TopicPartitions[]): void;
    resume(topics: readonly TopicPartitions[]): void;
  };
  assigned(): readonly Required<TopicPartitions>[];
}

export interface TopicPartitions {
  readonly topic: string;
  readonly partitions?: readonly number[];
}

export interface OffsetManager {
  committedOffsets(): Record<string, Record<string, string>>;
  /** Where the next fetch begins: past what was resolved, and past what was read and is no record. */
  nextOffset(topic: string, partition: number): { toString(): string };
}

export interface FetchedTopic {
  readonly partitions: readonly { readonly messages: readonly unknown[] }[];
}

/** One partition's share of an answer, and what was asked for. */
export interface AskedPartition extends FetchedPartition {
  readonly topic: string;
  readonly fetchOffset: string;
}

export interface FetchedRecords extends Array<InboundRecord> {
  /** Of the last batch; absent where none could be read. */
  readonly lastOffset?: string;
}

/** What the client hands over: read by us, with the positions that it was fetched under. */
export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly InboundRecord[];
  readonly offsetManager: unknown;
}

/** The owner's side of a membership; our patch of the client calls it. */
export interface Membership {
  /** Of a static member: travels in every request of the membership. Null for a dynamic one. */
  readonly groupInstanceId: string | null;
  /** Before JoinGroup, every time. What it rejects with ends the attempt. */
  beforeJoin(group: ConsumerGroupState): Promise<void>;
  /** After SyncGroup, before the first fetch. */
  afterSync(group: ConsumerGroupState): Promise<void>;
  /** Before each fetch, of every partition that is not paused; `waitMs` follows. */
  asks(topic: string, partition: number): boolean;
  /** How long to rest before the next fetch of that leader; it is not asked for meanwhile. */
  restMs(node: string): number;
  /** A fetch leaves for that leader. */
  fetching(node: string): void;
  /** Its answer has come. */
  fetched(node: string, topics: readonly FetchedTopic[]): void;
  /** In place of the client, which does not check what it reads, and throws the whole answer away where it cannot. */
  readRecords(fetched: AskedPartition): Promise<FetchedRecords>;
  /** How long the next fetch waits for a first record; asked of the broker, or slept where nothing is to be fetched. */
  waitMs(): number;
  /** In place of the client's reset. */
  offsetOutOfRange(partition: { readonly topic: string; readonly partition: number }): Promise<void>;
}
