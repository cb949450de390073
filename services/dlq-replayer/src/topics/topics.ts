import type { Broker, InboundRecord, Serde } from '@millrace/messaging';
import { idOfBytes, keyBytes } from '@millrace/text';
import { OperatorError } from '../errors.ts';
import { type RecordView, viewRecord } from './record-view.ts';

export interface TopicSummary {
  readonly topic: string;
  readonly partitions: number;
  /** Between the first and the last offset: an upper bound where the topic is compacted. */
  readonly records: number;
  readonly cleanup: string;
  /** Null for ever. */
  readonly retentionMs: number | null;
}

export async function listTopics(broker: Broker): Promise<readonly TopicSummary[]> {
  const described = (await broker.admin.describeTopics()).filter(({ name }) => !name.startsWith('__'));
  const offsets = await broker.admin.offsets(described.map(({ name }) => name));
  const records = new Map<string, number>();
  for (const { topic, earliest, latest } of offsets) records.set(topic, (records.get(topic) ?? 0) + latest - earliest);
  return described
    .map(({ name, partitions, config }) => {
      const retention = Number(config['retention.ms'] ?? -1);
      return {
        topic: name,
        partitions,
        records: records.get(name) ?? 0,
        cleanup: config['cleanup.policy'] ?? 'delete',
        retentionMs: retention < 0 ? null : retention,
      };
    })
    .toSorted((one, other) => one.topic.localeCompare(other.topic));
}

export interface PeekRequest {
  readonly topic: string;
  readonly limit: number;
  readonly partition?: number | undefined;
  /** Only records with this key. */
  readonly key?: string | undefined;
}

/** Throws `X_TOPIC_UNKNOWN`. */
export async function requireTopic(topic: string, broker: Broker): Promise<void> {
  const [description] = await broker.admin.describeTopics([topic]).catch(() => []);
  if (description === undefined) throw new OperatorError('X_TOPIC_UNKNOWN', 404);
}

/** The newest records of a topic, newest first, decoded. */
export async function peekTopic(
  { topic, limit, partition, key }: PeekRequest,
  { broker, serde }: { readonly broker: Broker; readonly serde: Serde },
  signal: AbortSignal,
): Promise<readonly RecordView[]> {
  const offsets = (await broker.admin.offsets([topic])).filter(
    (one) => partition === undefined || one.partition === partition,
  );
  // A key may be rare: look further back for it, within reason.
  const reach = key === undefined ? limit : 10_000;
  const ranges = offsets.map((one) => ({
    topic,
    partition: one.partition,
    from: Math.max(one.earliest, one.latest - reach),
    to: one.latest,
  }));
  const newest: InboundRecord[] = [];
  for await (const record of broker.readRanges(ranges, signal)) {
    if (key === undefined || isKey(record, key)) newest.push(record);
  }
  const shown = newest
    .toSorted((one, other) => other.timestamp - one.timestamp || other.offset - one.offset)
    .slice(0, limit);
  return Promise.all(shown.map((record) => viewRecord(record, serde, originOf(record))));
}

/** As its text is, or as everything after it calls it. */
const isKey = ({ key }: InboundRecord, asked: string): boolean =>
  key !== null && (key.toString() === asked || idOfBytes(key, keyBytes) === asked);

const originOf = (record: InboundRecord): string =>
  record.headers.findLast(([name]) => name === 'dlq.topic')?.[1]?.toString() ?? record.topic;
