import { groupTopics, topics } from '@millrace/contracts';
import type { Broker } from '@millrace/messaging';
import type { DeadLetterIndex } from '../index/dead-letter-index.ts';
import type { Publisher } from '../publisher.ts';
import { type JobRunner, snapshot } from './job-runner.ts';
import type { JobStore } from './job-store.ts';
import { defaultRatePerSecond } from './plan-redrive.ts';

export interface DiscardOptions {
  readonly broker: Broker;
  readonly index: DeadLetterIndex;
  readonly jobs: JobStore;
  readonly runner: Pick<JobRunner, 'kick'>;
  readonly publisher: Publisher;
  /** Of the flow: only they can take a dead letter out of a line. */
  readonly groups: readonly string[];
  readonly now: () => number;
  readonly newId: () => string;
}

export interface Discarded {
  readonly discarded: number;
  readonly skipped: number;
  /** Jobs that tell their groups to take dead letters out of the lines of held keys; what follows them then comes by itself. */
  readonly jobs?: readonly { readonly job: string; readonly group: string; readonly planned: number }[];
}

/**
 * Gives dead letters up. Most are only marked. One that stands in the line of a held key is its group's to take out, so it
 * goes there as a marker, and is discarded when the group says so.
 */
export async function discard(
  ids: readonly string[],
  reason: string,
  actor: string,
  options: DiscardOptions,
): Promise<Discarded> {
  const { index, groups } = options;
  const rows = await index.list({ ids }, { limit: ids.length });
  const inLine = rows.filter(({ hold, group }) => hold !== null && groups.includes(group));
  const held = new Set(inLine.map(({ dlq_id }) => dlq_id));
  const marked = await mark(
    ids.filter((id) => !held.has(id)),
    new Map(rows.map((row) => [row.dlq_id, row.group])),
    actor,
    options,
  );
  const jobs: { readonly job: string; readonly group: string; readonly planned: number }[] = [];
  for (const [group, members] of Map.groupBy(inLine, (row) => row.group)) {
    const started = await startMarkers(
      group,
      members.map(({ dlq_id }) => dlq_id),
      reason,
      actor,
      options,
    );
    if (started !== null) jobs.push(started);
  }
  const discarded = marked + jobs.reduce((sum, { planned }) => sum + planned, 0);
  return { discarded, skipped: ids.length - discarded, ...(jobs.length === 0 ? {} : { jobs }) };
}

async function mark(
  ids: readonly string[],
  groupOf: ReadonlyMap<string, string>,
  actor: string,
  { index, publisher, now }: DiscardOptions,
): Promise<number> {
  const at = now();
  const discarded = await index.setStatus(ids, ['UNRESOLVED', 'PARKED'], { status: 'DISCARDED', job: null, at });
  await Promise.all(
    discarded.map((dlqId) => {
      const status = { dlqId, group: groupOf.get(dlqId) ?? '', status: 'discarded', job: null, actor, at };
      return publisher.publish(topics.opsDlqStatus, dlqId, status);
    }),
  );
  return discarded.length;
}

async function startMarkers(
  group: string,
  ids: readonly string[],
  reason: string,
  actor: string,
  { broker, jobs, runner, publisher, now, newId }: DiscardOptions,
): Promise<{ readonly job: string; readonly group: string; readonly planned: number } | null> {
  const ends = await broker.admin.offsets([groupTopics(group).dlq]);
  const plan = await jobs.plan(
    {
      ...{ job: newId(), group, actor, reason, ratePerSecond: defaultRatePerSecond, createdAt: now() },
      selection: { group, fingerprint: null, ids, since: null, force: false, mode: 'discard' },
      endOffsets: Object.fromEntries(ends.map(({ partition, latest }) => [partition, latest])),
    },
    { approvalAbove: Number.POSITIVE_INFINITY },
  );
  if (plan.left === 0 || !(await jobs.start(plan.job, now()))) return null;
  const started = await jobs.find(plan.job);
  if (started !== null) await publisher.publish(topics.opsReplayJob, plan.job, snapshot(started));
  runner.kick();
  return { job: plan.job, group, planned: plan.left };
}
