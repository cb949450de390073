import type {
  Assignment,
  Broker,
  GroupListener,
  GroupMember,
  InboundRecord,
  OffsetCommit,
  RecordPosition,
} from '@millrace/messaging';
import { createProgress } from './harness.ts';

/** A member that only notes what it gets. */
export interface GroupProbe {
  readonly member: GroupMember;
  readonly records: InboundRecord[];
  readonly assignments: Assignment[];
  /** Calls of the barrier so far. */
  barriers(): number;
  crashes(): readonly Error[];
  /** Where a log could not be read on, and the code of why. */
  readonly unreadable: readonly (RecordPosition & { readonly code: string })[];
  /** Resolves when so many records have come. */
  received(count: number): Promise<void>;
  until(claim: () => boolean): Promise<void>;
  /** Commits past everything received. */
  commitAll(metadata?: string): Promise<void>;
}

export interface GroupProbeOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Those of them that mostly have nothing. */
  readonly seldom?: readonly string[];
  /** Makes it a static member. */
  readonly instanceId?: string;
  /** Runs inside the barrier, before the member joins again. */
  readonly beforeRejoin?: (probe: GroupProbe, deadline: AbortSignal) => Promise<void>;
}

export async function joinGroup(broker: Broker, options: GroupProbeOptions): Promise<GroupProbe> {
  const progress = createProgress();
  const records: InboundRecord[] = [];
  const assignments: Assignment[] = [];
  const crashes: Error[] = [];
  const unreadable: (RecordPosition & { readonly code: string })[] = [];
  let barriers = 0;
  const listener: GroupListener = {
    onAssigned(assignment) {
      assignments.push(assignment);
      progress.changed();
    },
    onRecords(batch) {
      records.push(...batch);
      progress.changed();
    },
    async beforeRejoin(deadline) {
      barriers += 1;
      progress.changed();
      await options.beforeRejoin?.(probe, deadline);
    },
    onUnreadable(at, error) {
      unreadable.push({ ...at, code: error.code });
      progress.changed();
    },
    onCrash(error) {
      crashes.push(error);
      progress.changed();
    },
  };
  const { group, topics, seldom = [], instanceId } = options;
  const member = await broker.createMember({
    ...{ group, topics, seldom, listener },
    ...(instanceId === undefined ? {} : { instanceId }),
  });
  const seen = (): unknown => ({
    records: records.length,
    assignments: assignments.length,
    barriers,
    crashes: crashes.map(String),
  });
  const probe: GroupProbe = {
    member,
    records,
    assignments,
    barriers: () => barriers,
    crashes: () => crashes,
    unreadable,
    received: (count) => progress.until(() => records.length >= count, seen),
    until: (claim) => progress.until(claim, seen),
    async commitAll(metadata = '') {
      const next = new Map<string, OffsetCommit>();
      for (const { topic, partition, offset } of records) {
        next.set(`${topic}/${partition}`, { topic, partition, offset: offset + 1, metadata });
      }
      await member.commit([...next.values()]);
    },
  };
  await member.start();
  return probe;
}
