import { groupTopics } from '@millrace/contracts';
import { type InboundRecord, laneHeaders, type OutboundRecord } from '@millrace/messaging';
import type { Job, PlannedRecord } from './job.ts';

/**
 * The copy that goes to the lane: key and value byte for byte, every header in its order, duplicates and nulls included,
 * into the same partition, so that it joins its key's order. Only `replay.*` is added.
 */
export function laneCopy(
  record: InboundRecord,
  { dlqId, replayCount }: PlannedRecord,
  { job, group, actor }: Job,
): OutboundRecord {
  return {
    topic: groupTopics(group).lane,
    partition: record.partition,
    key: record.key,
    value: record.value,
    headers: laneHeaders(record, {
      job,
      of: dlqId,
      mode: 'redrive',
      count: replayCount + 1,
      generation: null,
      edited: null,
      actor,
    }),
  };
}

/** Offsets of one partition that are close enough to be read in one go. */
export interface ReadRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Reading over a gap costs less than another request, up to this many records. */
const widestGap = 200;

/** Ranges that cover the records. They come sorted by partition, topic and offset. */
export function rangesOver(records: readonly PlannedRecord[]): readonly ReadRange[] {
  const ranges: { topic: string; partition: number; from: number; to: number }[] = [];
  for (const { topic, partition, offset } of records) {
    const last = ranges.at(-1);
    const joins = last?.topic === topic && last.partition === partition && offset - last.to <= widestGap;
    if (joins && last !== undefined) last.to = offset + 1;
    else ranges.push({ topic, partition, from: offset, to: offset + 1 });
  }
  return ranges;
}
