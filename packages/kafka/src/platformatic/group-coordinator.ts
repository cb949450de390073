import type { AssignedPartition, OffsetCommit, TopicPartition } from '@millrace/messaging';
import { classifyClientFailure } from '../errors.ts';
import { assignerName } from '../membership/assign-topics.ts';
import { groupBy } from '../reading/log-access.ts';
import { safeOffset } from '../reading/record-batch.ts';
import type { Client, Link } from './client.ts';
import type { Cluster, Lane } from './cluster.ts';
import type { BrokerAnswerError } from './failure.ts';

const protocolType = 'consumer';
/** What the coordinator may take beyond the rebalance timeout before a join is given up. */
const joinPatienceMs = 10_000;

export interface GroupIdentity {
  readonly group: string;
  /** Null for a member that is new to the group each time. */
  readonly instanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
}

export interface Joining {
  readonly memberId: string;
  readonly generationId: number;
  readonly isLeader: boolean;
  /** Only the leader is told. */
  readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[];
}

export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
}

/** A group's requests to its coordinator, wherever that is at the moment. */
export class GroupCoordinator {
  readonly #cluster: Cluster;
  readonly #identity: GroupIdentity;
  #node: Promise<number> | null = null;

  constructor(cluster: Cluster, identity: GroupIdentity) {
    this.#cluster = cluster;
    this.#identity = identity;
  }

  /** With an empty name for a new member; the coordinator may give one and want it back, which is done here. */
  async join(memberId: string, metadata: Buffer): Promise<Joining> {
    try {
      return await this.#join(memberId, metadata);
    } catch (error) {
      const { type, response } = error as BrokerAnswerError;
      if (type !== 'MEMBER_ID_REQUIRED') throw error;
      return this.#join((response as { readonly memberId: string }).memberId, metadata);
    }
  }

  #join(memberId: string, metadata: Buffer): Promise<Joining> {
    const { group, instanceId, sessionTimeoutMs, rebalanceTimeoutMs } = this.#identity;
    return this.#ask('join', async (link, { joinGroupV5 }) => {
      const answer = await joinGroupV5.api.async(
        link,
        group,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId,
        instanceId,
        protocolType,
        [{ name: assignerName, metadata }],
        null,
      );
      return {
        memberId: answer.memberId,
        generationId: answer.generationId,
        isLeader: answer.leader === answer.memberId,
        members: answer.members.map((member) => ({
          memberId: member.memberId,
          metadata: member.metadata ?? Buffer.alloc(0),
        })),
      };
    });
  }

  sync(
    { memberId, generationId }: Membership,
    assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[],
  ): Promise<Buffer> {
    const { group, instanceId } = this.#identity;
    return this.#ask('join', async (link, { syncGroupV3 }) => {
      const { assignment } = await syncGroupV3.api.async(
        link,
        group,
        generationId,
        memberId,
        instanceId,
        protocolType,
        assignerName,
        [...assignments],
      );
      return assignment;
    });
  }

  async heartbeat({ memberId, generationId }: Membership): Promise<void> {
    const { group, instanceId } = this.#identity;
    await this.#ask('group', (link, { heartbeatV3 }) =>
      heartbeatV3.api.async(link, group, generationId, memberId, instanceId),
    );
  }

  async commit({ memberId, generationId }: Membership, offsets: readonly OffsetCommit[]): Promise<void> {
    const { group, instanceId } = this.#identity;
    const topics = [...groupBy(offsets, ({ topic }) => topic)].map(([name, ofTopic]) => ({
      name,
      partitions: ofTopic.map(({ partition, offset, metadata }) => ({
        partitionIndex: partition,
        committedOffset: BigInt(offset),
        committedLeaderEpoch: -1,
        committedMetadata: metadata ?? '',
      })),
    }));
    await this.#ask('group', (link, { offsetCommitV7 }) =>
      offsetCommitV7.api.async(link, group, generationId, memberId, instanceId, topics),
    );
  }

  committed(partitions: readonly TopicPartition[]): Promise<readonly AssignedPartition[]> {
    if (partitions.length === 0) return Promise.resolve([]);
    const topics = [...groupBy(partitions, ({ topic }) => topic)].map(([name, ofTopic]) => ({
      name,
      partitionIndexes: ofTopic.map(({ partition }) => partition),
    }));
    return this.#ask('group', async (link, { offsetFetchV5 }) => {
      const answer = await offsetFetchV5.api.async(link, [{ groupId: this.#identity.group, topics }], false);
      return answer.topics.flatMap(({ name, partitions: ofTopic }) =>
        ofTopic.map(({ partitionIndex, committedOffset, metadata }) => {
          const offset = safeOffset(committedOffset, name, partitionIndex);
          const committed = offset < 0 ? null : { offset, metadata: metadata ?? '' };
          return { topic: name, partition: partitionIndex, committed };
        }),
      );
    });
  }

  countMembers(): Promise<number> {
    const { group } = this.#identity;
    return this.#ask('group', async (link, { describeGroupsV5 }) => {
      const { groups } = await describeGroupsV5.api.async(link, [group], false);
      return groups.find(({ groupId }) => groupId === group)?.members.length ?? 0;
    });
  }

  async leave(memberId: string): Promise<void> {
    const { group, instanceId } = this.#identity;
    await this.#ask('group', (link, { leaveGroupV3 }) =>
      leaveGroupV3.api.async(link, group, [{ memberId, groupInstanceId: instanceId }]),
    );
  }

  async #ask<T>(lane: Lane, question: (link: Link, client: Client) => Promise<T>): Promise<T> {
    this.#node ??= this.#cluster.coordinator(this.#identity.group);
    const asked = this.#node;
    try {
      const requestTimeoutMs = this.#identity.rebalanceTimeoutMs + joinPatienceMs;
      return await this.#cluster.ask(await asked, question, {
        lane,
        ...(lane === 'join' ? { requestTimeoutMs } : {}),
      });
    } catch (error) {
      const failure = classifyClientFailure(error);
      if ((failure === 'moved' || failure === 'unavailable') && this.#node === asked) this.#node = null;
      throw error;
    }
  }
}
