import { groupTopics, retryTiers, retryWaitsMs } from '@millrace/contracts';
import type { Broker, TopicDescription } from '@millrace/messaging';
import { type GroupFacts, lagOf, type PartitionFacts } from './group-findings.ts';

export interface ReadGroupsOptions {
  readonly broker: Broker;
  /** Source topics by consumer group. */
  readonly reads: ReadonlyMap<string, readonly string[]>;
  readonly existing: readonly TopicDescription[];
}

/** Records that are looked at to find one that is still there: compaction and control records leave gaps. */
const reach = 50;

/** Everything that Kafka says about these groups. Topics that do not exist are left out. */
export async function readGroups(
  { broker, reads, existing }: ReadGroupsOptions,
  signal: AbortSignal,
): Promise<readonly GroupFacts[]> {
  const described = new Map(existing.map((topic) => [topic.name, topic]));
  const topicsOf = new Map([...reads].map(([group, topics]) => [group, topics.filter((name) => described.has(name))]));
  const [members, offsets] = await Promise.all([
    broker.admin.describeGroups([...reads.keys()]),
    broker.admin.offsets([...new Set([...topicsOf.values()].flat())]),
  ]);
  const offsetsOf = Map.groupBy(offsets, ({ topic }) => topic);
  const groups = await Promise.all(
    members.map(async ({ group, members: count }): Promise<GroupFacts> => {
      const topics = topicsOf.get(group) ?? [];
      const committed = new Map(
        (topics.length === 0 ? [] : await broker.admin.committed(group, topics)).map((one) => [
          `${one.topic}/${one.partition}`,
          one.committed?.offset ?? null,
        ]),
      );
      const partitions = topics
        .flatMap((topic) => offsetsOf.get(topic) ?? [])
        .map(({ topic, partition, earliest, latest }): PartitionFacts => {
          const config = described.get(topic)?.config ?? {};
          const retentionMs = Number(config['retention.ms'] ?? -1);
          return {
            ...{ topic, partition, earliest, latest },
            committed: committed.get(`${topic}/${partition}`) ?? null,
            oldestAt: null,
            retentionMs: retentionMs < 0 ? null : retentionMs,
            isCompacted: config['cleanup.policy']?.includes('compact') === true,
            waitsMs: waitOf(topic, group),
          };
        });
      return { group, members: count, partitions };
    }),
  );
  return withAges(groups, broker, signal);
}

/** Reads the first unfinished record of every partition that has one, each position once. */
async function withAges(
  groups: readonly GroupFacts[],
  broker: Broker,
  signal: AbortSignal,
): Promise<readonly GroupFacts[]> {
  const nextOf = ({ committed, earliest }: PartitionFacts): number => Math.max(committed ?? earliest, earliest);
  const keyOf = (one: PartitionFacts): string => `${one.topic}/${one.partition}/${nextOf(one)}`;
  const behind = groups.flatMap(({ partitions }) => partitions).filter((one) => lagOf(one) > 0);
  const wanted = new Map(behind.map((one) => [keyOf(one), one]));
  const written = new Map<string, number>();
  // One range per partition and call: two groups may stand at different places of one.
  await Promise.all(
    [...wanted].map(async ([key, one]) => {
      const from = nextOf(one);
      const range = { topic: one.topic, partition: one.partition, from, to: from + reach };
      for await (const record of broker.readRanges([range], signal)) {
        written.set(key, record.timestamp);
        break;
      }
    }),
  );
  return groups.map((facts) => ({
    ...facts,
    partitions: facts.partitions.map((one) => ({
      ...one,
      oldestAt: lagOf(one) > 0 ? (written.get(keyOf(one)) ?? null) : null,
    })),
  }));
}

function waitOf(topic: string, group: string): number {
  const { retry } = groupTopics(group);
  const tier = retryTiers.find((one) => retry[one] === topic);
  return tier === undefined ? 0 : retryWaitsMs[tier];
}
