import type { Assignment, Broker, GroupMember, PartitionOffsets, RecordPosition } from '@millrace/messaging';

export interface EnterOptions {
  readonly broker: Broker;
  readonly group: string;
  readonly topics: readonly string[];
  readonly instanceId?: string | undefined;
}

export interface Entered {
  /** A log ends before what the group had committed: the topic was made anew, and its offsets mean other records now. */
  readonly isRestarted: boolean;
}

/**
 * Sets a group's offsets that are not in the log any more to where the log begins. Only for a group whose reading twice
 * changes nothing. Joins for it, because only a member may commit, and reads no record.
 */
export async function enterReadable({ broker, group, topics, instanceId }: EnterOptions): Promise<Entered> {
  const assigned = Promise.withResolvers<Assignment>();
  const member: GroupMember = await broker.createMember({
    ...{ group, topics },
    ...(instanceId === undefined ? {} : { instanceId }),
    listener: {
      onAssigned: (assignment) => {
        // Fetching at an offset that is not there would end this membership too.
        member.pause(assignment.partitions);
        assigned.resolve(assignment);
      },
      onRecords: () => undefined,
      beforeRejoin: async () => undefined,
      onUnreadable: () => undefined,
      onCrash: assigned.reject,
    },
  });
  try {
    const [assignment] = await Promise.all([assigned.promise, member.start()]);
    const found = misplaced(assignment, await broker.admin.offsets(topics));
    if (found.length > 0) await member.commit(found.map(({ isRestarted: _, ...offset }) => offset));
    return { isRestarted: found.some(({ isRestarted }) => isRestarted) };
  } finally {
    await member.close();
  }
}

/** Of what is assigned, the partitions whose committed offset is outside the log, each with where it begins. Pure. */
export function misplaced(
  { partitions }: Assignment,
  offsets: readonly PartitionOffsets[],
): readonly (RecordPosition & { readonly isRestarted: boolean })[] {
  return partitions.flatMap(({ topic, partition, committed }) => {
    const log = offsets.find((one) => one.topic === topic && one.partition === partition);
    if (log === undefined || committed === null) return [];
    const isRestarted = committed.offset > log.latest;
    return isRestarted || committed.offset < log.earliest
      ? [{ topic, partition, offset: log.earliest, isRestarted }]
      : [];
  });
}
