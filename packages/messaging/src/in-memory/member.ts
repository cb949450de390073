import type {
  Assignment,
  GroupMember,
  InboundRecord,
  MemberOptions,
  OffsetCommit,
  RecordPosition,
  TopicPartition,
} from '../broker.ts';
import { CodedError, halt, retry } from '../disposition.ts';
import { Cluster, type Log, partitionKey } from './cluster.ts';

/** Records handed over in one call, as a fetch would bring them. */
const batchRecords = 500;

export interface InMemoryMember extends GroupMember {
  /** What a rebalance does to a member that stays: the barrier, then a new generation that reads from what is committed. */
  rebalance(deadline?: AbortSignal): Promise<void>;
  /** As kill -9: nothing more is called, committed or left. */
  crash(): void;
}

interface Position extends TopicPartition {
  readonly logId: string;
  next: number;
  /** Nothing more of it comes in this assignment. */
  isUnreadable: boolean;
}

export interface Connection {
  readonly cluster: Cluster;
  readonly monotonic: () => number;
  isReachable(): boolean;
  /** When the cluster last answered. */
  lastAnswerAt(): number;
}

const unreadable = ({ topic, partition, offset }: RecordPosition): CodedError =>
  new CodedError(
    'X_KAFKA_BATCH_UNREADABLE',
    `${topic}/${partition} cannot be read on from offset ${offset}: the record there is damaged; set the group behind it, then resume the pipeline`,
    { disposition: halt },
  );

const outOfRange = (group: string, { topic, partition }: TopicPartition): CodedError =>
  new CodedError(
    'X_KAFKA_OFFSET_OUT_OF_RANGE',
    `group ${group} stands at an offset of ${topic}/${partition} that the log does not have`,
    { disposition: halt },
  );

/** Up to the one that cannot be read. */
function readable({ unreadable }: Log, from: number, records: readonly InboundRecord[]): readonly InboundRecord[] {
  return unreadable === null || unreadable < from ? records : records.filter(({ offset }) => offset < unreadable);
}

export function createInMemoryMember(connection: Connection, options: MemberOptions): InMemoryMember {
  const { cluster } = connection;
  const { listener, group } = options;
  const paused = new Set<string>();
  const positions = new Map<string, Position>();
  const committed = cluster.committed.get(group) ?? new Map();
  cluster.committed.set(group, committed);
  let generation = 0;
  let state: 'new' | 'joined' | 'rejoining' | 'closed' = 'new';
  let turn = 0;
  let isScheduled = false;

  const wake = (): void => {
    if (isScheduled || state !== 'joined') return;
    isScheduled = true;
    setImmediate(poll);
  };
  const stopListening = cluster.onAppend(wake);

  function poll(): void {
    isScheduled = false;
    if (!connection.isReachable()) return;
    const partitions = [...positions.values()];
    let isMore = false;
    // Begins elsewhere each time: no partition is always the first.
    turn += 1;
    for (let index = 0; index < partitions.length && state === 'joined'; index += 1) {
      const position = partitions[(index + turn) % partitions.length] as Position;
      if (position.isUnreadable || paused.has(partitionKey(position.topic, position.partition))) continue;
      const log = cluster.log(position.topic, position.partition);
      if (cluster.topic(position.topic).id !== position.logId) {
        void member.rebalance();
        return;
      }
      if (position.next > log.end || position.next < log.start) {
        leave();
        listener.onCrash(outOfRange(group, position));
        return;
      }
      const from = Cluster.seek(log, position.next);
      const records = readable(log, position.next, log.records.slice(from, from + batchRecords));
      if (position.next === log.unreadable) {
        position.isUnreadable = true;
        const { topic, partition, next: offset } = position;
        listener.onUnreadable({ topic, partition, offset }, unreadable({ topic, partition, offset }));
        continue;
      }
      const last = records.at(-1);
      if (last === undefined) continue;
      position.next = last.offset + 1;
      isMore ||= position.next < log.end;
      listener.onRecords(records);
    }
    if (isMore) wake();
  }

  function join(): void {
    generation += 1;
    positions.clear();
    const partitions: Assignment['partitions'][number][] = [];
    for (const topic of options.topics) {
      const { id: logId, logs } = cluster.topic(topic);
      for (const [partition, log] of logs.entries()) {
        const found = committed.get(partitionKey(topic, partition)) ?? null;
        const known = found === null || options.isOfLog?.(found, logId) === false ? null : found;
        const next = known?.offset ?? log.start;
        partitions.push({ topic, partition, committed: known, logId });
        positions.set(partitionKey(topic, partition), { topic, partition, logId, next, isUnreadable: false });
      }
    }
    state = 'joined';
    listener.onAssigned({ generation, partitions });
    wake();
  }

  function leave(): void {
    state = 'closed';
    stopListening();
    if (cluster.members.get(group) === member) cluster.members.delete(group);
  }

  const member: InMemoryMember = {
    sessionTimeoutMs: 45_000,
    async start() {
      if (cluster.members.has(group)) {
        throw new Error(`group ${group} has a member already; the in-memory broker knows groups of one`);
      }
      cluster.members.set(group, member);
      join();
    },
    pause(partitions: readonly TopicPartition[]) {
      for (const { topic, partition } of partitions) paused.add(partitionKey(topic, partition));
    },
    resume(partitions: readonly TopicPartition[]) {
      for (const { topic, partition } of partitions) paused.delete(partitionKey(topic, partition));
      wake();
    },
    position: ({ topic, partition }: TopicPartition) => positions.get(partitionKey(topic, partition))?.next ?? null,
    async commit(offsets: readonly OffsetCommit[]) {
      if (!connection.isReachable() || state === 'closed' || state === 'new') {
        throw new CodedError('X_DELIVERY_FAILED', 'offsets cannot be committed: this member is not in its group', {
          disposition: retry(),
          unavailable: true,
        });
      }
      for (const { topic, partition, offset, metadata } of offsets) {
        committed.set(partitionKey(topic, partition), { offset, metadata: metadata ?? '' });
      }
    },
    lastHeartbeatAt: () => (state === 'new' ? Number.NEGATIVE_INFINITY : connection.lastAnswerAt()),
    async close() {
      leave();
    },
    async leave() {
      leave();
    },
    async rebalance(deadline = new AbortController().signal) {
      state = 'rejoining';
      await listener.beforeRejoin(deadline);
      // Closed meanwhile, which the narrowing above cannot know.
      if ((state as string) === 'closed') return;
      join();
    },
    crash: leave,
  };
  return member;
}
