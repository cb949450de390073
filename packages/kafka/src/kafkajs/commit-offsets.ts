import { setTimeout as sleep } from 'node:timers/promises';
import type { OffsetCommit } from '@millrace/messaging';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import { classifyClientFailure, clientError } from '../errors.ts';
import { metadataTooLarge } from '../membership/member-errors.ts';
import { groupBy } from '../reading/log-access.ts';
import type { ConsumerGroupState, OffsetManager } from './membership.ts';

/** The assignment in force: what a commit is made with. */
export interface Joined {
  readonly generation: number;
  readonly kafkaGeneration: number;
  readonly memberId: string;
  readonly cluster: ConsumerGroupState['cluster'];
  readonly offsetManager: OffsetManager;
  readonly indices: readonly number[];
  coordinator: Broker;
}

export interface CommitOptions {
  readonly group: string;
  readonly joined: Joined;
  /** Another assignment is in force, or none. */
  readonly isOver: () => boolean;
}

const commitTries = 4;

/** With the generation that they were read in. Tries again while the coordinator is away or another. */
export async function commitOffsets(
  offsets: readonly OffsetCommit[],
  { group, joined, isOver }: CommitOptions,
): Promise<void> {
  const request = {
    groupId: group,
    memberId: joined.memberId,
    groupGenerationId: joined.kafkaGeneration,
    topics: topicsOf(offsets),
  };
  for (let tried = 1; ; tried++) {
    try {
      if (!joined.coordinator.isConnected())
        joined.coordinator = await joined.cluster.findGroupCoordinator({ groupId: group });
      await joined.coordinator.offsetCommit(request);
      return;
    } catch (error) {
      if ((error as { type?: unknown } | null)?.type === 'OFFSET_METADATA_TOO_LARGE') throw metadataTooLarge(error);
      const failure = classifyClientFailure(error);
      const mayPass = failure === 'moved' || failure === 'unavailable';
      if (!mayPass || tried === commitTries || isOver()) throw clientError(`commit of group ${group}`, error);
      await sleep(100 * 2 ** tried);
      if (failure === 'moved') await findCoordinator(group, joined);
    }
  }
}

const topicsOf = (offsets: readonly OffsetCommit[]): readonly object[] =>
  [...groupBy(offsets, ({ topic }) => topic)].map(([topic, partitions]) => ({
    topic,
    partitions: partitions.map(({ partition, offset, metadata }) => ({
      partition,
      offset: String(offset),
      metadata: metadata ?? '',
    })),
  }));

async function findCoordinator(group: string, joined: Joined): Promise<void> {
  try {
    joined.coordinator = await joined.cluster.findGroupCoordinator({ groupId: group });
  } catch {
    // The next try meets the same and reports it.
  }
}
