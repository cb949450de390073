import type { GroupMember } from '../broker.ts';
import type { PartitionState } from './partition-state.ts';
import { partitionName } from './partition-state.ts';

export const pauseCauses = ['backpressure', 'window', 'tier', 'breaker', 'halt', 'drain'] as const;
export type PauseCause = (typeof pauseCauses)[number];

/**
 * Why each partition is paused. The client keeps one flag per partition, so two causes must not undo each other:
 * a partition is paused with its first cause and resumed with its last. Causes of the whole pipeline outlive assignments.
 */
export interface Pauses {
  /** After an assignment: forgets the causes of the old partitions, applies those of the whole pipeline to the new. */
  assign(member: GroupMember, partitions: Iterable<PartitionState>): void;
  pause(partition: PartitionState, cause: PauseCause): void;
  lift(partition: PartitionState, cause: PauseCause): void;
  pauseAll(cause: PauseCause): void;
  liftAll(cause: PauseCause): void;
  /** Partitions paused for that cause. */
  count(cause: PauseCause): number;
}

export function createPauses(): Pauses {
  let member: GroupMember | null = null;
  let partitions: PartitionState[] = [];
  const causes = new Map<string, Set<PauseCause>>();
  const whole = new Set<PauseCause>();
  const of = (partition: PartitionState): Set<PauseCause> | undefined =>
    causes.get(partitionName(partition.topic, partition.partition));

  const pause = (paused: readonly PartitionState[], cause: PauseCause): void => {
    const first = paused.filter((partition) => {
      const known = of(partition);
      if (known === undefined || known.has(cause)) return false;
      return known.add(cause).size === 1;
    });
    if (first.length > 0) member?.pause(first);
  };
  const lift = (lifted: readonly PartitionState[], cause: PauseCause): void => {
    const last = lifted.filter((partition) => {
      const known = of(partition);
      return known?.delete(cause) === true && known.size === 0;
    });
    if (last.length > 0) member?.resume(last);
  };

  return {
    assign(joined, assigned) {
      member = joined;
      partitions = [...assigned];
      causes.clear();
      for (const { topic, partition } of partitions) causes.set(partitionName(topic, partition), new Set(whole));
      // The member kept its own pause set over the rebalance: say of every partition how it stands now.
      if (whole.size > 0) member.pause(partitions);
      else member.resume(partitions);
    },
    pause: (partition, cause) => pause([partition], cause),
    lift: (partition, cause) => lift([partition], cause),
    pauseAll(cause) {
      whole.add(cause);
      pause(partitions, cause);
    },
    liftAll(cause) {
      whole.delete(cause);
      lift(partitions, cause);
    },
    count(cause) {
      let paused = 0;
      for (const known of causes.values()) if (known.has(cause)) paused += 1;
      return paused;
    },
  };
}
