import { groupTopics } from '@millrace/contracts';
import type { AssignedPartition, Assignment, InboundRecord, TopicPartition } from '../broker.ts';
import type { Delivery } from '../envelope.ts';
import { tiers } from '../headers/retry.ts';
import {
  CommitTracker,
  type KnownFinished,
  knownFinished,
  mergeFinished,
  nothingFinished,
} from '../lanes/commit-tracker.ts';
import { decodeFinished } from '../lanes/finished-bitmap.ts';
import { type Lane, type LaneItem, type LaneSource, laneSource } from '../lanes/keyed-lanes.ts';
import { decodeLogTime, LogTime } from '../lanes/log-time.ts';
import { WaterMarks } from '../lanes/water-marks.ts';
import { type PipelineSettings, tierDelayMs } from './settings.ts';
import { Tenure } from './tenure.ts';

export const partitionName = (topic: string, partition: number): string => `${topic}/${partition}`;

/** How a group comes by what stands in that topic. */
export function throughOf(group: string, topic: string): Delivery['through'] {
  const { lane, retry } = groupTopics(group);
  if (topic === lane) return 'lane';
  return Object.values(retry).includes(topic) ? 'retry' : 'source';
}

/** Whose partitions they are from now on. */
export interface AssignedTo {
  readonly group: string;
  readonly epoch: number;
  readonly settings: PipelineSettings;
  /** Names this run of this process. */
  readonly owner: string;
}

/** One assigned partition in one generation. A new assignment makes a new one; an old one's entries are void. */
export class PartitionState implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** Null where the brokers do not tell. */
  readonly logId: string | null;
  readonly through: Delivery['through'];
  readonly epoch: number;
  /** The longest that a record of it may have to wait: the delay of its tier, whatever the record says; 0 elsewhere. */
  readonly longestWaitMs: number;
  readonly source: LaneSource<Entry> = laneSource<Entry>();
  readonly tracker: CommitTracker;
  readonly logTime: LogTime;
  readonly marks: WaterMarks;
  /** The last offset that `known` knows of; past it there is nothing to remember. */
  readonly knownUntil: number;
  readonly tenure: Tenure;
  /** Finished before this assignment: by this process, or by whoever committed what it was assigned with. */
  known: KnownFinished;
  /** Not due yet, in the order of their deadlines: a tier's delay is fixed. */
  readonly deferred: { readonly entry: Entry; readonly notBefore: number }[] = [];
  /** Too much is finished behind an unfinished head: what a crash would repeat must stay bounded. */
  isWindowFull = false;
  /** The next offset that the group is known to have committed; -1 for nothing known. */
  committed: number;
  /** `tracker.finished` when it was committed. */
  committedFinished = 0;

  constructor(assigned: AssignedPartition, to: AssignedTo, known: KnownFinished, before: Tenure | null) {
    const { group, epoch, settings, owner } = to;
    this.topic = assigned.topic;
    this.partition = assigned.partition;
    this.logId = assigned.logId ?? null;
    this.through = throughOf(group, assigned.topic);
    this.epoch = epoch;
    const tier = tiers.find((name) => groupTopics(group).retry[name] === assigned.topic);
    this.longestWaitMs = tier === undefined ? 0 : tierDelayMs(settings, tier);
    this.tenure = new Tenure(assigned.committed, { owner, careful: settings.maxInFlight, before });
    const { offset, metadata } = assigned.committed ?? { offset: 0, metadata: '' };
    const latest = decodeLogTime(metadata, offset);
    this.tracker = new CommitTracker(latest);
    this.logTime = new LogTime(latest);
    this.known = known;
    this.knownUntil = [...known.beyond].reduce((last, offset) => Math.max(last, offset), known.below - 1);
    this.marks = new WaterMarks({ highRecords: settings.highWaterRecords, highBytes: settings.highWaterBytes });
    this.committed = assigned.committed?.offset ?? -1;
  }

  /** The next offset this member would read or finish; null when it saw nothing of it yet. */
  get position(): number | null {
    return this.tracker.next() ?? (this.committed < 0 ? null : this.committed);
  }
}

/** The partitions of an assignment, by name, with what was finished of them already. */
export function assignedPartitions(
  { partitions }: Assignment,
  before: ReadonlyMap<string, PartitionState>,
  to: AssignedTo,
): Map<string, PartitionState> {
  const states = new Map<string, PartitionState>();
  for (const assigned of partitions) {
    const name = partitionName(assigned.topic, assigned.partition);
    const old = before.get(name);
    const { offset, metadata } = assigned.committed ?? { offset: 0, metadata: '' };
    // What we finished and could not commit need not run twice. Held by another meanwhile, it is forgotten; so it is where
    // the group stands before what we have committed: an operator set it back, or the topic was made anew.
    const isKept =
      old !== undefined &&
      old.logId === (assigned.logId ?? null) &&
      (assigned.committed?.offset ?? -1) >= old.committed;
    const ours = isKept ? knownFinished(old.tracker, old.known) : nothingFinished;
    const known = mergeFinished(ours, { below: offset, beyond: decodeFinished(metadata, offset) });
    states.set(name, new PartitionState(assigned, to, known, isKept ? old.tenure : null));
  }
  return states;
}

/** One record between being accepted and being finished. */
export class Entry implements LaneItem<Entry> {
  readonly record: InboundRecord;
  readonly partition: PartitionState;
  readonly source: LaneSource<Entry>;
  readonly slot: number;
  readonly bytes: number;
  /** Epoch milliseconds: the record's own time, or that of an earlier one of its partition where it is behind. */
  readonly time: number;
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

  constructor(record: InboundRecord, partition: PartitionState, slot: number, time: number) {
    this.record = record;
    this.time = time;
    this.partition = partition;
    this.source = partition.source;
    this.slot = slot;
    this.bytes = entryBytes(record);
  }
}

/** What a record costs in memory, near enough: its bytes and a flat part for the objects around them. */
export function entryBytes({ key, value, headers }: InboundRecord): number {
  let bytes = 200 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of headers) bytes += 60 + name.length + (text?.length ?? 0);
  return bytes;
}
