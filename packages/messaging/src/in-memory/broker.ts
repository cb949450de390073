import type { Broker, CommittedOffset, InboundRecord, RecordPosition, TopicSpec } from '../broker.ts';
import { createInMemoryAdmin } from './admin.ts';
import { Cluster } from './cluster.ts';
import { createInMemoryMember, type InMemoryMember } from './member.ts';
import { createInMemoryProducer } from './producer.ts';
import { createInMemoryReader, readInMemoryRanges } from './reader.ts';

export interface InMemoryBrokerOptions {
  /** Epoch milliseconds for records that bring no time. */
  readonly now?: () => number;
  /** What `lastHeartbeatAt` is measured with. */
  readonly monotonic?: () => number;
  readonly topics?: readonly TopicSpec[];
}

/**
 * The broker port in memory, under the same laws as Kafka: not a mock. A group has one member at a time.
 * What is beyond the port serves tests: other processes, kill -9, an outage, a rebalance, the log cleaner.
 */
export interface InMemoryBroker extends Broker {
  /** Another process on the same cluster. */
  connect(): InMemoryBroker;
  /** As kill -9 of this process: members vanish, sends are lost, nothing is committed any more. */
  crash(): void;
  /** Whether this process reaches the cluster. */
  setReachable(isReachable: boolean): void;
  /** Makes this process's member of the group join again. */
  rebalance(group: string, deadline?: AbortSignal): Promise<void>;
  /** Deletes a topic and creates it again. */
  recreate(topic: string): void;
  /** Retention: everything below that offset of each partition is gone. */
  cut(topic: string, offset: number): void;
  /** The record at that offset cannot be read any more. */
  damage(position: RecordPosition): void;
  /** A group that nobody was in for long: Kafka forgets what it committed. */
  expireOffsets(group: string): void;
  /** What an operator does with a tool. */
  setCommitted(group: string, position: RecordPosition & Partial<CommittedOffset>): void;
  /** Runs the log cleaner: the newest record per key stays, offsets keep their gaps. */
  compact(topic: string): void;
  /** Everything that a topic holds, by partition and offset. */
  records(topic: string): readonly InboundRecord[];
}

export function createInMemoryBroker(options: InMemoryBrokerOptions = {}): InMemoryBroker {
  const cluster = new Cluster(options.now ?? (() => Date.now()));
  for (const topic of options.topics ?? []) cluster.create(topic);
  return connectInMemory(cluster, options.monotonic ?? (() => performance.now()));
}

function connectInMemory(cluster: Cluster, monotonic: () => number): InMemoryBroker {
  let reachable = true;
  let isAlive = true;
  let lastAnswerAt = monotonic();
  const members = new Map<string, InMemoryMember>();
  const closing: (() => Promise<void>)[] = [];
  const isReachable = (): boolean => reachable && isAlive;
  const closed = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    closing.push(() => part.close());
    return part;
  };

  return {
    capabilities: {
      driver: 'in-memory',
      groups: false,
      staticMembership: false,
      commitMetadata: true,
      transactions: false,
    },
    admin: createInMemoryAdmin(cluster),
    createProducer: async () => closed(createInMemoryProducer(cluster, isReachable)),
    createMember: async (member) => {
      const connection = {
        cluster,
        monotonic,
        isReachable,
        lastAnswerAt: () => (isReachable() ? monotonic() : lastAnswerAt),
      };
      const made = createInMemoryMember(connection, member);
      members.set(member.group, made);
      return closed(made);
    },
    createReader: async (reader) => closed(createInMemoryReader(cluster, isReachable, reader)),
    readRanges: (ranges, signal) => readInMemoryRanges(cluster, ranges, signal),
    isReachable: async () => isReachable(),
    async close() {
      for (const close of closing.splice(0).reverse()) await close();
    },
    connect: () => connectInMemory(cluster, monotonic),
    crash() {
      isAlive = false;
      for (const member of members.values()) member.crash();
    },
    setReachable(next) {
      if (reachable && !next) lastAnswerAt = monotonic();
      reachable = next;
      // An empty resume looks again at what came meanwhile.
      if (next) for (const member of members.values()) member.resume([]);
    },
    async rebalance(group, deadline) {
      await members.get(group)?.rebalance(deadline);
    },
    recreate: (topic) => cluster.recreate(topic),
    cut: (topic, offset) => cluster.cut(topic, offset),
    damage: (position) => cluster.damage(position),
    expireOffsets: (group) => void cluster.committed.delete(group),
    setCommitted: (group, position) => cluster.setCommitted(group, position),
    compact: (topic) => cluster.compact(topic),
    records: (topic) => cluster.topic(topic).logs.flatMap((log) => log.records),
  };
}
