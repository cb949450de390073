import { entities, topics } from './generated/index.ts';
import { type RetryTier, retryWaitsMs, topicTable } from './generated/topic-table.ts';

/** The raw-copy topics of one consumer group; no other group reads them. */
export interface GroupTopics {
  readonly retry: Readonly<Record<RetryTier, string>>;
  readonly dlq: string;
  readonly lane: string;
}
export type { RetryTier };
/** Declared once, in topics.yaml. */
export const retryTiers: readonly [RetryTier, ...RetryTier[]] = Object.keys(retryWaitsMs) as [
  RetryTier,
  ...RetryTier[],
];
export { retryWaitsMs };

/** A topic as it must exist; what provisioning reconciles with the cluster. */
export interface ProvisionedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicSpecOptions {
  /** Count of every scaled topic; topics.yaml's when absent. Source, retry and lane topics of a group are all scaled. */
  readonly partitions?: number;
  /** Of a cluster of one broker when absent; provisioning always says it. */
  readonly replicationFactor?: number;
  /** Topics of flows beside the contract's: each is kept like the one of the contract that it names. */
  readonly beside?: readonly { readonly name: string; readonly like: string }[];
}

/** How many brokers keep what was accepted, unless an installation declares another number. */
export const promisedReplicationFactor = 3;

/** How many of them must have a record before it is acknowledged: with one alone it would be gone with that one. */
export const minInsyncReplicas = (replicationFactor: number): number => Math.min(2, replicationFactor);

const appendTime = { 'message.timestamp.type': 'LogAppendTime' } as const;

const named = (template: string, group: string, tier = ''): string =>
  template.replace('<group>', group).replace('<tier>', tier);

export function groupTopics(group: string): GroupTopics {
  const { retry, dlq, lane } = topicTable.templates;
  const tiers = retryTiers.map((tier) => [tier, named(retry.name, group, tier)]);
  return {
    retry: Object.fromEntries(tiers) as GroupTopics['retry'],
    dlq: named(dlq.name, group),
    lane: named(lane.name, group),
  };
}

/** Every topic an installation with these groups has: the rows of topics.yaml, then the templates for each group. */
export function topicSpecs(groups: readonly string[], options: TopicSpecOptions = {}): readonly ProvisionedTopic[] {
  const scaled = options.partitions ?? topicTable.partitions;
  const replicationFactor = options.replicationFactor ?? 1;
  const durability = { 'min.insync.replicas': String(minInsyncReplicas(replicationFactor)) };
  const beside = (options.beside ?? []).flatMap(({ name, like }) =>
    topicTable.topics.filter((row) => row.name === like).map((row) => ({ ...row, name })),
  );
  const rows = [...topicTable.topics, ...beside].map((row) => ({
    name: row.name,
    partitions: row.partitions === 'scaled' ? scaled : row.partitions,
    replicationFactor,
    config: {
      ...config(row, topicTable.maxMessageBytes),
      ...(row.stamped === 'written' ? appendTime : {}),
      ...durability,
    },
  }));
  const copies = groups.flatMap((group) => {
    const { retry, dlq, lane } = groupTopics(group);
    const copy = (name: string, template: keyof typeof topicTable.templates) => {
      const row = topicTable.templates[template];
      return {
        name,
        partitions: scaled,
        replicationFactor,
        // The copy of an old record would expire on arrival if it kept the record's time.
        config: {
          ...config(row, topicTable.maxMessageBytes + row.extraBytes),
          ...appendTime,
          ...durability,
        },
      };
    };
    return [...retryTiers.map((tier) => copy(retry[tier], 'retry')), copy(dlq, 'dlq'), copy(lane, 'lane')];
  });
  return [...rows, ...copies];
}

/**
 * How long something may come back: its record may lie in its source, a retry tier, its dead letters and a lane, in each for
 * all that the topic keeps. Whatever a record refers to, and whatever is remembered of it, is kept at least as long.
 */
export const longestReturnMs: number =
  Math.max(...sourceRetentions()) +
  Object.values(topicTable.templates).reduce((sum, { retention }) => sum + retentionMs(retention), 0);

/** How long a copy of a record waits for its group at most. */
export const longestCopyRetentionMs: number = Math.max(
  ...Object.values(topicTable.templates).map(({ retention }) => retentionMs(retention)),
);

/** Of what the stages read: the raw webhooks and the entities. */
function sourceRetentions(): readonly number[] {
  const read = new Set(
    [
      topics.webhooksReceived,
      ...Object.values(entities).flatMap((one) => [one.received, one.enriched, one.classified]),
    ].map(({ name }) => name),
  );
  return topicTable.topics.filter(({ name }) => read.has(name)).map(({ retention }) => retentionMs(retention));
}

function config(
  row: { readonly cleanup: string; readonly retention: string },
  maxBytes: number,
): Record<string, string> {
  return {
    'cleanup.policy': row.cleanup,
    'retention.ms': String(retentionMs(row.retention)),
    'max.message.bytes': String(maxBytes),
  };
}

function retentionMs(text: string): number {
  if (text === 'forever') return -1;
  return Number.parseInt(text, 10) * (text.endsWith('d') ? 86_400_000 : 3_600_000);
}
