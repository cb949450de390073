import kafkajs, { type Assigner, type GroupMember, type GroupMemberAssignment } from 'kafkajs';
import type Cluster from 'kafkajs/src/cluster/index.js';
import { assignerName, assignTopics, decodeOwned, encodeOwned, protocolVersion } from '../membership/assign-topics.ts';
import { encodeBasis } from '../membership/assignment-basis.ts';
import type { Membership } from './membership.ts';

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;

/** What `createMember` hands to the client: our assignment, and our side of the membership for the patched rejoin. */
export interface MillraceAssigner extends Assigner {
  readonly membership: Membership;
}

/** Our assignment in the client's terms. */
export function createAssigner(
  membership: Membership,
  /** The indices it has. Negative ones mean nothing to an assignment, but make the claim another than the last. */
  ownedIndices: () => readonly number[],
): (client: { readonly cluster: unknown }) => MillraceAssigner {
  return ({ cluster }) => ({
    name: assignerName,
    version: protocolVersion,
    membership,
    protocol: ({ topics }) => ({
      name: assignerName,
      metadata: MemberMetadata.encode({ version: protocolVersion, topics, userData: encodeOwned(ownedIndices()) }),
    }),
    assign: ({ members }) => assign(cluster as Cluster, members),
  });
}

async function assign(cluster: Cluster, members: GroupMember[]): Promise<GroupMemberAssignment[]> {
  const claimants = members.map(({ memberId, memberMetadata }) => {
    const metadata = MemberMetadata.decode(memberMetadata);
    return { id: memberId, topics: new Set(metadata?.topics), owned: decodeOwned(metadata?.userData) };
  });
  const topics = [...new Set(claimants.flatMap((claimant) => [...claimant.topics]))].sort();
  await cluster.addMultipleTargetTopics(topics);
  const counts = topics.map((topic) => ({ topic, partitions: cluster.findTopicPartitionMetadata(topic).length }));
  const basis = encodeBasis(Object.fromEntries(counts.map(({ topic, partitions }) => [topic, partitions])));
  return [...assignTopics(claimants, counts)].map(([memberId, assignment]) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({ version: protocolVersion, assignment, userData: basis }),
  }));
}
