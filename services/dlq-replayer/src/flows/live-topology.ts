import { type Flows, groupReads, type Stage } from '@millrace/flows';

/** Groups, stages and what each group reads: lists that everybody here holds, which become those of other flows in place. */
export interface LiveTopology {
  readonly groups: readonly string[];
  readonly stages: readonly Stage[];
  readonly reads: ReadonlyMap<string, readonly string[]>;
  become(flows: Pick<Flows, 'stages' | 'groups'>): void;
}

export function liveTopology(flows: Pick<Flows, 'stages' | 'groups'>): LiveTopology {
  const groups: string[] = [];
  const stages: Stage[] = [];
  const reads = new Map<string, readonly string[]>();
  const become: LiveTopology['become'] = (next) => {
    groups.splice(0, groups.length, ...next.groups());
    stages.splice(0, stages.length, ...next.stages);
    reads.clear();
    for (const [group, topics] of groupReads(next.stages)) reads.set(group, topics);
  };
  become(flows);
  return { groups, stages, reads, become };
}
