import { assignIndices, type IndexClaimant } from './assign-indices.ts';

/** What a group agrees on. Both drivers use it, so one may hand over to the other while the group runs. */
export const assignerName = 'millrace-index';
export const protocolVersion = 1;

export interface TopicClaimant extends IndexClaimant {
  readonly topics: ReadonlySet<string>;
}

export interface TopicSize {
  readonly topic: string;
  readonly partitions: number;
}

/**
 * Index i of every topic of a group goes to one member, so that a key's records of the source, retry and lane topics
 * meet in one process. A member that does not subscribe to a topic (a rolling deploy) leaves that topic's partition to
 * one that does.
 */
export function assignTopics(
  claimants: readonly TopicClaimant[],
  sizes: readonly TopicSize[],
): ReadonlyMap<string, Record<string, number[]>> {
  const indices = assignIndices(Math.max(0, ...sizes.map(({ partitions }) => partitions)), claimants);
  const assignment = new Map<string, Record<string, number[]>>(claimants.map(({ id }) => [id, {}]));
  for (const { topic, partitions } of sizes) {
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
  return assignment;
}

export function encodeOwned(owned: readonly number[]): Buffer {
  const data = Buffer.alloc(owned.length * 4);
  owned.forEach((index, position) => {
    data.writeInt32BE(index, position * 4);
  });
  return data;
}

// Other clients' user data under our protocol name would be a surprise; an odd length is then no hint, not an error.
export function decodeOwned(data: Buffer | null | undefined): readonly number[] {
  if (data == null || data.length % 4 !== 0) return [];
  return Array.from({ length: data.length / 4 }, (_, position) => data.readInt32BE(position * 4));
}
