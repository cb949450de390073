import type { InboundRecord } from '../broker.ts';
import type { Lane, LaneItem, LaneSource } from '../lanes/keyed-lanes.ts';
import type { PartitionState } from './partition-state.ts';

/** One record between being accepted and being finished. */
export class Entry implements LaneItem<Entry> {
  readonly record: InboundRecord;
  readonly partition: PartitionState;
  readonly source: LaneSource<Entry>;
  readonly slot: number;
  readonly bytes: number;
  lane: Lane<Entry> | null = null;
  nextInLane: Entry | null = null;
  /** Failed tries of this delivery that counted. */
  tries = 0;
  /** What the breaker said when it was started; null when it owes no report. */
  admission: 'start' | 'probe' | null = null;
  /** Monotonic; of the last start. */
  startedAt = 0;
  /** The one its handler got; aborted means that its result no longer counts. */
  signal: AbortSignal | null = null;

  constructor(record: InboundRecord, partition: PartitionState, slot: number, bytes: number) {
    this.record = record;
    this.partition = partition;
    this.source = partition.source;
    this.slot = slot;
    this.bytes = bytes;
  }
}

/** What a record costs in memory, near enough: its bytes and a flat part for the objects around them. */
export function entryBytes(record: InboundRecord): number {
  return 200 + (record.key?.length ?? 0) + (record.value?.length ?? 0) + record.headers.length * 60;
}
