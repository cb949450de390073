import { type OutboundRecord, partitionOf } from '@millrace/messaging';
import type { Lane, Waiting } from './lane.ts';
import type { TopicShape } from './produce-transport.ts';

/** What the accumulator knows about one topic, and the records that wait until it knows anything. */
export interface TopicState {
  readonly name: string;
  shape: TopicShape | null;
  refreshedAt: number;
  loading: boolean;
  unplaced: Waiting[];
  /** Why it could not be looked up last. */
  lastFailure: string;
  /** Where records without a key go until that batch has left. */
  sticky: number;
  readonly lanes: Map<number, Lane>;
}

export function createTopicState(name: string): TopicState {
  return {
    name,
    shape: null,
    refreshedAt: 0,
    loading: false,
    unplaced: [],
    lastFailure: 'nobody has answered yet',
    sticky: 0,
    lanes: new Map(),
  };
}

/** The record's own choice, else its key's partition, else the sticky one: whole batches go to one partition. */
export function choosePartition(record: OutboundRecord, state: TopicState, shape: TopicShape): number {
  if (record.partition !== undefined) return record.partition;
  if (record.key === null) return state.sticky % shape.partitions;
  return partitionOf(record.key, shape.partitions);
}

export interface Unsettled {
  readonly waiting: Waiting;
  /** What it waits for, or last failed over. */
  readonly reason: string;
  /** A request with it may have reached the leader. */
  readonly isPerhapsWritten: boolean;
}

interface Line {
  /** In the order of the deadlines. */
  readonly records: readonly Waiting[];
  readonly reason: string;
  /** A request with them is on its way. */
  readonly isSent: boolean;
}

function* linesOf(state: TopicState): Generator<Line> {
  yield {
    records: state.unplaced,
    reason: `its topic could not be looked up: ${state.lastFailure}`,
    isSent: false,
  };
  for (const { inFlight, again, queue, lastFailure: reason } of state.lanes.values()) {
    yield { records: inFlight ?? [], reason, isSent: true };
    for (const records of [...again, queue]) yield { records, reason, isSent: false };
  }
}

/** Every record of the topic without a final word whose deadline is over at that time; all of them at the end of time. */
export function unsettled(state: TopicState, time: number = Number.POSITIVE_INFINITY): readonly Unsettled[] {
  const found: Unsettled[] = [];
  for (const { records, reason, isSent } of linesOf(state))
    for (const waiting of records) {
      if (waiting.deadline > time) break;
      if (!waiting.settled) found.push({ waiting, reason, isPerhapsWritten: isSent || waiting.maybeWritten });
    }
  return found;
}

/** What of the topic has waited past its deadline; it is dropped from what waits for the topic to be looked up. */
export function overdue(state: TopicState, time: number): readonly Unsettled[] {
  const found = unsettled(state, time);
  if (state.shape === null) state.unplaced = state.unplaced.filter(({ deadline }) => deadline > time);
  return found;
}
