import { groupTopics } from '@millrace/contracts';
import type { Broker } from '@millrace/messaging';
import { OperatorError } from '../errors.ts';
import type { DeadLetterIndex } from '../index/dead-letter-index.ts';
import type { Indexer } from '../index/indexer.ts';
import type { JobReport, Selection } from './job.ts';
import type { JobStore } from './job-store.ts';

export interface RedriveRequest {
  readonly group?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly ids?: readonly string[] | undefined;
  /** Failed at or after; epoch milliseconds. */
  readonly since?: number | undefined;
  readonly ratePerSecond?: number | undefined;
  readonly reason?: string | undefined;
  readonly force?: boolean | undefined;
}

export interface PlanningOptions {
  readonly broker: Broker;
  readonly index: DeadLetterIndex;
  readonly indexer: Indexer;
  readonly jobs: JobStore;
  readonly now: () => number;
  readonly newId: () => string;
  /** Plans that send more need an approver. */
  readonly approvalAbove: number;
  /** How long the plan may wait for the index to have read what Kafka has. */
  readonly catchUpMs: number;
}

export const defaultRatePerSecond = 500;

/** Freezes what a redrive will touch: everything selected that stood in the dead-letter topic at this moment. */
export async function planRedrive(
  request: RedriveRequest,
  actor: string,
  { broker, index, indexer, jobs, now, newId, approvalAbove, catchUpMs }: PlanningOptions,
): Promise<JobReport> {
  await indexer.caughtUp(AbortSignal.timeout(catchUpMs)).catch((error: unknown) => {
    if (Error.isError(error) && error.name === 'TimeoutError') throw new OperatorError('X_REPLAY_INDEX_BEHIND', 503);
    throw error;
  });
  const group = await groupOfRedrive(request, index);
  if (!indexer.groups().includes(group)) throw new OperatorError('X_PIPELINE_UNKNOWN', 404);
  const ends = await broker.admin.offsets([groupTopics(group).dlq]);
  const selection: Selection = {
    group,
    fingerprint: request.fingerprint ?? null,
    ids: request.ids ?? null,
    since: request.since ?? null,
    force: request.force ?? false,
  };
  return jobs.plan(
    {
      job: newId(),
      group,
      actor,
      reason: request.reason ?? null,
      selection,
      ratePerSecond: request.ratePerSecond ?? defaultRatePerSecond,
      endOffsets: Object.fromEntries(ends.map(({ partition, latest }) => [partition, latest])),
      createdAt: now(),
    },
    { approvalAbove },
  );
}

/** A job fills one lane: ids without a group must all be of one. */
export async function groupOfRedrive({ group, ids }: RedriveRequest, index: DeadLetterIndex): Promise<string> {
  if (group !== undefined) return group;
  if (ids === undefined || ids.length === 0) throw new OperatorError('X_REPLAY_SELECTION', 422);
  const found = await index.list({ ids }, { limit: ids.length });
  const [first, ...others] = new Set(found.map((row) => row.group));
  if (first === undefined) throw new OperatorError('X_DLQ_UNKNOWN', 404);
  if (others.length > 0) throw new OperatorError('X_REPLAY_SELECTION', 422);
  return first;
}
