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
  /** A request with it may have reached the leader. */
  readonly isPerhapsWritten: boolean;
}

/** Every record of the topic that may have no final word yet. */
export function unsettled(state: TopicState): readonly Unsettled[] {
  const lanes = [...state.lanes.values()];
  const waitingStill = [...state.unplaced, ...lanes.flatMap(({ again, queue }) => [...again.flat(), ...queue])];
  return [
    ...lanes.flatMap(({ inFlight }) => inFlight ?? []).map((waiting) => ({ waiting, isPerhapsWritten: true })),
    ...waitingStill.map((waiting) => ({ waiting, isPerhapsWritten: waiting.maybeWritten })),
  ];
}

export interface Overdue {
  readonly waiting: Waiting;
  readonly reason: string;
  /** A request with it is on its way. */
  readonly isSent: boolean;
}

/** What of the topic has waited past its deadline. Every list is in the order of the deadlines. */
export function overdue(state: TopicState, time: number): readonly Overdue[] {
  const found: Overdue[] = [];
  const collect = (batch: readonly Waiting[], reason: string, isSent: boolean): void => {
    for (const waiting of batch) {
      if (waiting.deadline > time) return;
      if (!waiting.settled) found.push({ waiting, reason, isSent });
    }
  };
  collect(state.unplaced, `its topic could not be looked up: ${state.lastFailure}`, false);
  if (state.shape === null) state.unplaced = state.unplaced.filter(({ deadline }) => deadline > time);
  for (const lane of state.lanes.values()) {
    collect(lane.inFlight ?? [], lane.lastFailure, true);
    for (const batch of lane.again) collect(batch, lane.lastFailure, false);
    collect(lane.queue, lane.lastFailure, false);
  }
  return found;
}
