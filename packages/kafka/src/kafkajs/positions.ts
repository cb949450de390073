import type { AssignedPartition, TopicPartition } from '@millrace/messaging';
import { earliest, groupBy, partitionKey } from '../reading/log-access.ts';
import type { ConsumerGroupState } from './membership.ts';
import { toOffset } from './records.ts';

/**
 * Sets where each assigned partition starts: at what the group has committed, else at the earliest record. In the
 * client's place, because it drops a commit's metadata and looks positions up only while it already fetches.
 */
export async function setPositions(
  group: ConsumerGroupState,
  trusted: (committed: readonly AssignedPartition[]) => readonly AssignedPartition[],
): Promise<readonly AssignedPartition[]> {
  const assigned = trusted(await readCommitted(group));
  const starts = await readEarliest(
    group,
    assigned.filter(({ committed }) => committed === null),
  );
  const positions = group.offsetManager.committedOffsets();
  for (const { topic, partition, committed } of assigned) {
    const start = committed === null ? starts.get(partitionKey(topic, partition)) : String(committed.offset);
    if (start === undefined) throw Object.assign(new Error('no offset'), { type: 'LEADER_NOT_AVAILABLE' });
    positions[topic] = { ...positions[topic], [partition]: start };
  }
  return assigned;
}

async function readCommitted(group: ConsumerGroupState): Promise<readonly AssignedPartition[]> {
  const assigned = group.assigned();
  if (assigned.length === 0) return [];
  const { responses } = await group.coordinator.offsetFetch({
    groupId: group.groupId,
    topics: assigned.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((partition) => ({ partition })),
    })),
  });
  return responses.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset: text, metadata }) => {
      const offset = toOffset(text, topic, partition);
      return { topic, partition, committed: offset < 0 ? null : { offset, metadata: metadata ?? '' } };
    }),
  );
}

async function readEarliest(
  { cluster }: ConsumerGroupState,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, string>> {
  if (partitions.length === 0) return new Map();
  const found = await cluster.fetchTopicsOffset(
    [...groupBy(partitions, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ partition }) => ({ partition })),
      fromTimestamp: earliest,
    })),
  );
  return new Map(
    found.flatMap(({ topic, partitions: ofTopic }) =>
      ofTopic.map(({ partition, offset }) => [partitionKey(topic, partition), offset] as const),
    ),
  );
}
