import kafkajs, { type Assigner, type GroupMember, type GroupMemberAssignment } from 'kafkajs';
import type Cluster from 'kafkajs/src/cluster/index.js';
import { assignIndices } from './assign-indices.ts';
import { encodeBasis } from './assignment-basis.ts';
import type { Membership } from './membership.ts';

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;
const version = 1;
export const assignerName = 'millrace-index';

/** What `createMember` hands to the client: our assignment, and our side of the membership for the patched rejoin. */
export interface MillraceAssigner extends Assigner {
  readonly membership: Membership;
}

/**
 * Index i of every topic of a group goes to one member, so that a key's records of the source, retry and lane topics
 * meet in one process. A member that does not subscribe to a topic (a rolling deploy) leaves that topic's partition to
 * one that does.
 */
export function createAssigner(
  membership: Membership,
  /** The indices it has. Negative ones mean nothing to an assignment, but make the claim another than the last. */
  ownedIndices: () => readonly number[],
): (client: { readonly cluster: unknown }) => MillraceAssigner {
  return ({ cluster }) => ({
    name: assignerName,
    version,
    membership,
    protocol: ({ topics }) => ({
      name: assignerName,
      metadata: MemberMetadata.encode({ version, topics, userData: encodeOwned(ownedIndices()) }),
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
  const indices = assignIndices(Math.max(0, ...counts.map(({ partitions }) => partitions)), claimants);
  const assignment = new Map<string, Record<string, number[]>>(claimants.map(({ id }) => [id, {}]));
  for (const { topic, partitions } of counts) {
    const subscribers = claimants
      .filter((claimant) => claimant.topics.has(topic))
      .map(({ id }) => id)
      .sort();
    for (const [owner, owned] of indices)
      for (const index of owned.filter((each) => each < partitions)) {
        const taker = subscribers.includes(owner) ? owner : (subscribers[index % subscribers.length] as string);
        const ofTaker = assignment.get(taker) as Record<string, number[]>;
        ofTaker[topic] = [...(ofTaker[topic] ?? []), index];
      }
  }
  const basis = encodeBasis(Object.fromEntries(counts.map(({ topic, partitions }) => [topic, partitions])));
  return [...assignment].map(([memberId, partitions]) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({ version, assignment: partitions, userData: basis }),
  }));
}

function encodeOwned(owned: readonly number[]): Buffer {
  const data = Buffer.alloc(owned.length * 4);
  owned.forEach((index, position) => {
    data.writeInt32BE(index, position * 4);
  });
  return data;
}

// Other clients' user data under our protocol name would be a surprise; an odd length is then no hint, not an error.
function decodeOwned(data: Buffer | null | undefined): readonly number[] {
  if (data == null || data.length % 4 !== 0) return [];
  return Array.from({ length: data.length / 4 }, (_, position) => data.readInt32BE(position * 4));
}
