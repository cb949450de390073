import { classifyClientFailure } from '../errors.ts';
import { assignTopics, type TopicSize } from '../membership/assign-topics.ts';
import { type AssignmentBasis, encodeBasis } from '../membership/assignment-basis.ts';
import type { Cluster } from './cluster.ts';
import type { Joining } from './group-coordinator.ts';
import { decodeClaimant, encodeAssignment } from './group-protocol.ts';

export interface MemberAssignment {
  readonly memberId: string;
  readonly assignment: Buffer;
}

/** Everyone's assignment, when it is ours to make; nothing for a member that does not lead. */
export async function assignAsLeader(
  cluster: Cluster,
  { isLeader, members }: Joining,
): Promise<readonly MemberAssignment[]> {
  if (!isLeader) return [];
  const claimants = members.map(({ memberId, metadata }) => decodeClaimant(memberId, metadata));
  const sizes = await sizesOf(cluster, [...new Set(claimants.flatMap(({ topics }) => [...topics]))].sort());
  const basis = encodeBasis(basisOf(sizes));
  return [...assignTopics(claimants, sizes)].map(([memberId, assignment]) => ({
    memberId,
    assignment: encodeAssignment(assignment, basis),
  }));
}

/** A topic that only another member knows, and that is not there yet, must not keep the group from working. */
export function sizesOf(cluster: Cluster, topics: readonly string[]): Promise<readonly TopicSize[]> {
  return Promise.all(
    topics.map(async (topic) => {
      try {
        return { topic, partitions: (await cluster.locate(topic)).size };
      } catch (error) {
        if (classifyClientFailure(error) !== 'unknown-topic') throw error;
        return { topic, partitions: 0 };
      }
    }),
  );
}

export const basisOf = (sizes: readonly TopicSize[]): AssignmentBasis =>
  Object.fromEntries(sizes.map(({ topic, partitions }) => [topic, partitions]));
