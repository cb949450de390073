import { topics } from '@millrace/contracts';
import type { Broker, PartitionOffsets } from '../broker.ts';
import { CodedError, halt, isCodedError } from '../disposition.ts';
import { partitionName } from './partition-state.ts';

export interface LostOffsetsOptions {
  readonly broker: Broker;
  readonly group: string;
  /** Everything that it reads. */
  readonly topics: readonly string[];
  /** Those of them that nobody else reads. */
  readonly own: readonly string[];
}

/**
 * Why a group must not begin where its logs do; null when it may. A new group begins at the earliest record by design. One
 * that has worked before would pass over in silence whatever was deleted since its offsets were: Kafka forgets the offsets of
 * a group that nobody was in for `offsets.retention.minutes`. A group was there before when it has committed anything, or
 * when `ops.pipelines` knows how it stood; and something may be missing where a log does not begin at 0.
 */
export async function lostOffsets(options: LostOffsetsOptions): Promise<CodedError | null> {
  try {
    return await find(options);
  } catch (error) {
    // Asked again while Kafka is away. What the brokers refuse (a topic that is not there yet) is for the join to say.
    if (!isCodedError(error) || error.disposition.kind === 'retry' || error.unavailable) throw error;
    return null;
  }
}

async function find(options: LostOffsetsOptions): Promise<CodedError | null> {
  const { broker, group, own } = options;
  const [committed, logs] = await Promise.all([
    broker.admin.committed(group, options.topics),
    broker.admin.offsets(options.topics),
  ]);
  const known = committed.filter((one) => one.committed !== null);
  const placed = new Set(known.map(({ topic, partition }) => partitionName(topic, partition)));
  const cut = logs.filter(
    ({ topic, partition, earliest }) => earliest > 0 && !placed.has(partitionName(topic, partition)),
  );
  if (cut.length === 0) return null;
  if (known.length === 0) return (await isKnown(broker, group)) ? lost(group, cut) : null;
  // A topic of others that it reads none of yet was added to it, and begins like a new group's.
  const read = new Set([...own, ...known.map(({ topic }) => topic)]);
  const missing = cut.filter(({ topic }) => read.has(topic));
  return missing.length === 0 ? null : lost(group, missing);
}

async function isKnown(broker: Broker, group: string): Promise<boolean> {
  const { name } = topics.opsPipelines;
  if ((await broker.admin.describeTopics([name])).length === 0) return false;
  const ranges = (await broker.admin.offsets([name])).map(({ topic, partition, earliest, latest }) => ({
    ...{ topic, partition, from: earliest, to: latest },
  }));
  for await (const { key } of broker.readRanges(ranges)) if (key?.toString() === group) return true;
  return false;
}

function lost(group: string, [first]: readonly PartitionOffsets[]): CodedError {
  const where = first === undefined ? '' : `${first.topic}/${first.partition}, which begins at ${first.earliest}`;
  return new CodedError(
    'X_GROUP_OFFSETS_LOST',
    `group ${group} has worked before and has no offset any more in ${where}: what was deleted below may be unread; set its offsets, or resume it to begin at the earliest records`,
    { disposition: halt },
  );
}
