import { groupTopics } from '@millrace/contracts';
import {
  firstFailureHeaders,
  type InboundRecord,
  laneHeaders,
  type OutboundRecord,
  type ReplayFacts,
  replayHeaders,
} from '@millrace/messaging';
import type { Job, PlannedRecord } from './job.ts';

/**
 * The copy that goes to the lane: key and value byte for byte, every header in its order, duplicates and nulls included,
 * into the same partition, so that it joins its key's order. Only `replay.*` is added.
 */
export function laneCopy(record: InboundRecord, planned: PlannedRecord, job: Job): OutboundRecord {
  return {
    topic: groupTopics(job.group).lane,
    partition: record.partition,
    key: record.key,
    value: record.value,
    headers: laneHeaders(record, factsOf(planned, job, 'redrive')),
  };
}

/**
 * Tells the group that a dead letter of a held key is given up: it takes it out of the key's line without handling it. Has
 * no value, and needs none of the dead letter itself, which may have expired.
 */
export function discardMarker(planned: PlannedRecord, job: Job): OutboundRecord {
  const origin = planned.origin ?? { ...planned, timestamp: 0 };
  return {
    topic: groupTopics(job.group).lane,
    partition: planned.partition,
    key: planned.key === null ? null : Buffer.from(planned.key),
    value: null,
    headers: [
      ...firstFailureHeaders({ ...origin, firstFailedAt: 0 }),
      ...replayHeaders(factsOf(planned, job, 'discard')),
    ],
  };
}

function factsOf({ dlqId, replayCount }: PlannedRecord, { job, actor }: Job, mode: 'redrive' | 'discard'): ReplayFacts {
  return { job, of: dlqId, mode, count: replayCount + 1, generation: null, edited: null, actor };
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

/** Ranges that cover the records, by partition, topic and offset. */
export function rangesOver(records: readonly PlannedRecord[]): readonly ReadRange[] {
  const sorted = records.toSorted(
    (a, b) => a.partition - b.partition || (a.topic < b.topic ? -1 : Number(a.topic > b.topic)) || a.offset - b.offset,
  );
  const ranges: { topic: string; partition: number; from: number; to: number }[] = [];
  for (const { topic, partition, offset } of sorted) {
    const last = ranges.at(-1);
    const joins = last?.topic === topic && last.partition === partition && offset - last.to <= widestGap;
    if (joins && last !== undefined) last.to = offset + 1;
    else ranges.push({ topic, partition, from: offset, to: offset + 1 });
  }
  return ranges;
}
