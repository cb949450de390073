import { type Finding, words } from './finding.ts';

/** One partition that a group reads. */
export interface PartitionFacts {
  readonly topic: string;
  readonly partition: number;
  readonly earliest: number;
  readonly latest: number;
  /** The next offset that the group will read; null when it never committed one. */
  readonly committed: number | null;
  /** When its oldest unfinished record was written; null when there is none, or it cannot be read. */
  readonly oldestAt: number | null;
  /** Null for ever. */
  readonly retentionMs: number | null;
  readonly isCompacted: boolean;
  /** How long records wait there on purpose. */
  readonly waitsMs: number;
}

export interface GroupFacts {
  readonly group: string;
  readonly members: number;
  readonly partitions: readonly PartitionFacts[];
}

export interface GroupLimits {
  /** Epoch milliseconds. */
  readonly now: number;
  /** An unfinished record older than this is lag; younger ones are work. */
  readonly lagMs: number;
}

const check = 'groups';
const urgentShare = 0.8;
const worryingShare = 0.5;

/** How a consumer group stands. Pure. */
export function groupFindings(facts: GroupFacts, limits: GroupLimits): readonly Finding[] {
  const byTopic = [...Map.groupBy(facts.partitions, ({ topic }) => topic)];
  return [
    ...absence(facts),
    ...uneven(facts, byTopic),
    ...byTopic.flatMap(([topic, partitions]) => [
      ...lost(facts.group, partitions),
      ...behind(facts, topic, partitions, limits),
    ]),
  ];
}

const service = (group: string): string => group.split('.')[0] as string;

function absence({ group, members }: GroupFacts): readonly Finding[] {
  if (members > 0) return [];
  const what = 'no process is in this group: what it should do is not being done';
  return [
    { check, severity: 'error', where: group, what, mend: `start ${service(group)}; its /readyz says what it lacks` },
  ];
}

type ByTopic = readonly (readonly [topic: string, partitions: readonly PartitionFacts[]])[];

/** One member gets index i of everything that a group reads, so all of it needs the same count. */
function uneven({ group }: GroupFacts, byTopic: ByTopic): readonly Finding[] {
  if (new Set(byTopic.map(([, partitions]) => partitions.length)).size <= 1) return [];
  const counts = byTopic.map(([topic, partitions]) => `${topic} ${partitions.length}`).join(', ');
  return [
    {
      check,
      severity: 'error',
      where: group,
      what: `its topics have different numbers of partitions (${counts}): a key’s records and their retries part`,
      mend: 'give all of them the largest count, in schemas/topics.yaml, and provision again',
    },
  ];
}

function lost(group: string, partitions: readonly PartitionFacts[]): readonly Finding[] {
  return partitions
    .filter(({ committed, earliest, isCompacted }) => committed !== null && committed < earliest && !isCompacted)
    .map(({ topic, partition, committed, earliest }) => ({
      check,
      severity: 'error' as const,
      where: `${group} at ${topic}/${partition}`,
      what: `${earliest - (committed as number)} records were deleted before the group read them (offsets ${committed} to ${earliest - 1})`,
      mend: `raise the topic’s retention, then: millrace pipelines seek ${group} --position ${topic}/${partition}/${earliest} --start, and millrace pipelines resume ${group}`,
    }));
}

function behind(
  { group }: GroupFacts,
  topic: string,
  partitions: readonly PartitionFacts[],
  { now, lagMs }: GroupLimits,
): readonly Finding[] {
  const records = partitions.reduce((sum, one) => sum + lagOf(one), 0);
  const oldest = Math.min(...partitions.map(({ oldestAt }) => oldestAt ?? Number.POSITIVE_INFINITY));
  if (records === 0 || !Number.isFinite(oldest)) return [];
  const ageMs = now - oldest;
  const { retentionMs, waitsMs } = partitions[0] as PartitionFacts;
  const where = `${group} at ${topic}`;
  const spent = retentionMs === null ? 0 : ageMs / retentionMs;
  if (spent > worryingShare)
    return [
      {
        check: 'retention',
        severity: spent > urgentShare ? 'error' : 'warning',
        where,
        what: `${records} records wait, the oldest for ${words(ageMs)}, and the topic keeps ${words(retentionMs as number)}: ${words((retentionMs as number) - ageMs)} are left`,
        mend: `let ${service(group)} catch up, or raise the topic’s retention.ms before they are deleted`,
      },
    ];
  if (ageMs <= lagMs + waitsMs) return [];
  const hasCommitted = partitions.some(({ committed }) => committed !== null);
  return [
    {
      check,
      severity: hasCommitted ? 'warning' : 'error',
      where,
      what: hasCommitted
        ? `${records} records wait, the oldest for ${words(ageMs)}`
        : `${records} records wait, the oldest for ${words(ageMs)}, and the group has never committed an offset`,
      mend: `see whether ${group} is halted (millrace pipelines ls); if it works, it needs more instances of ${service(group)}`,
    },
  ];
}

/** What waits is more than an operator lets start within the lag that is allowed. Pure. */
export function rateFindings(
  { group, partitions }: GroupFacts,
  ratePerSecond: number | null,
  lagMs: number,
): readonly Finding[] {
  const records = partitions.reduce((sum, one) => sum + lagOf(one), 0);
  if (ratePerSecond === null || (records / ratePerSecond) * 1_000 <= lagMs) return [];
  return [
    {
      check,
      severity: 'warning',
      where: group,
      what: `${records} records wait, and an operator lets ${ratePerSecond} start per second: they take ${words((records / ratePerSecond) * 1_000)}, and longer while others come`,
      mend: `where that is not meant: millrace pipelines rate ${group} off, or a higher rate`,
    },
  ];
}

/** Records written and not finished; none of what is deleted. */
export const lagOf = ({ earliest, latest, committed }: PartitionFacts): number =>
  Math.max(0, latest - Math.max(committed ?? earliest, earliest));
