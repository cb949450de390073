import { asJson, type Database, type Query } from '@millrace/ledger/postgres';
import { type DeadLetterStatus, heldCode } from '../index/dead-letter.ts';
import { filterClause, likePatterns } from '../index/dead-letter-index.ts';
import { dueFollowers, isBehind } from '../index/lines.ts';
import { indexHistory } from '../index/schema.ts';
import type { Job, JobProgress, JobReport, JobState, PlannedRecord, Selection, SkipReason } from './job.ts';
import { type UnfinishedJob, unfinishedJobs } from './unfinished-jobs.ts';

const tables = {
  deadLetters: `"${indexHistory.schema}".dead_letters`,
  acks: `"${indexHistory.schema}".acks`,
  jobs: `"${indexHistory.schema}".jobs`,
  records: `"${indexHistory.schema}".job_records`,
} as const;

export type NewJob = Omit<Job, 'state' | 'error' | 'updatedAt' | 'needsApproval'>;

/** Jobs and their frozen plans. Nothing of a running job lives only in memory. */
export interface JobStore {
  /** Freezes the plan: what the filter selects below the end offsets, each sendable or skipped with its reason. */
  plan(job: NewJob, limits: { readonly approvalAbove: number }): Promise<JobReport>;
  /** Groups in which held dead letters are due, because everything before them in their lines is closed. */
  due(): Promise<readonly string[]>;
  /** Plans and starts what is due of a group; null when nothing is any more. */
  follow(job: Omit<NewJob, 'selection' | 'endOffsets'>): Promise<JobReport | null>;
  find(job: string): Promise<JobReport | null>;
  /** Newest first; `within` as of dead letters. */
  list(limit: number, within?: readonly string[]): Promise<readonly JobReport[]>;
  /** Planned becomes running, and what it will send is scheduled for it alone. False when it was not planned any more. */
  start(job: string, now: number): Promise<boolean>;
  /** A running job that nobody works on, now leased to this runner. */
  lease(runner: string, now: number, leaseMs: number): Promise<Job | null>;
  /** False when the lease went to another. */
  renew(job: string, runner: string, until: number): Promise<boolean>;
  /** The next records to send, in the order of their lines, then of partition and offset, after skipping those whose state forbids it now. */
  next(job: Job, limit: number): Promise<readonly PlannedRecord[]>;
  /** After the lane has them. */
  markSent(job: string, dlqIds: readonly string[], now: number): Promise<void>;
  markSkipped(job: string, dlqIds: readonly string[], reason: SkipReason): Promise<void>;
  finish(job: string, state: Extract<JobState, 'done' | 'failed'>, error: string | null, now: number): Promise<void>;
  /** Running ones that have sent nothing since, and done ones that since then wait for answers. */
  unfinished(since: { readonly running: number; readonly done: number }): Promise<readonly UnfinishedJob[]>;
  /** Removes plans that were never started and jobs that are over, with their records. Returns how many. */
  forget(before: { readonly planned: number; readonly finished: number }): Promise<number>;
}

/** Why a dead letter of this status is not sent, as an SQL expression over `dead_letters`. */
const skipReason = `CASE status WHEN 'RESOLVED' THEN 'resolved' WHEN 'FAILED_AGAIN' THEN 'failed-again'
  WHEN 'SCHEDULED' THEN 'in-progress' WHEN 'REDRIVEN' THEN 'in-progress' WHEN 'PARKED' THEN 'parked'
  WHEN 'DISCARDED' THEN 'discarded' END`;

export function createJobStore(database: Database): JobStore {
  const { query } = database;
  return {
    plan: (job, limits) => database.transaction((inTransaction) => freeze(inTransaction, job, limits)),
    due: async () => {
      const rows = await query<{ group: string }>(`SELECT DISTINCT "group" FROM (${dueFollowers}) AS due`);
      return rows.map(({ group }) => group);
    },
    follow: (job) => database.transaction((inTransaction) => follow(inTransaction, job)),
    find: (job) => report(query, job),
    list: async (limit, within) => {
      const rows = await query<{ job: string }>(
        `SELECT job FROM ${tables.jobs} WHERE $2::text[] IS NULL OR "group" LIKE ANY($2) ORDER BY created_at DESC LIMIT $1`,
        [limit, likePatterns(within)],
      );
      const reports = await Promise.all(rows.map(({ job }) => report(query, job)));
      return reports.filter((found) => found !== null);
    },
    start: (job, now) => database.transaction((inTransaction) => start(inTransaction, job, now)),
    lease: async (runner, now, leaseMs) => {
      const [row] = await query<JobRow>(
        `UPDATE ${tables.jobs} SET runner = $1, lease_until = $3 WHERE job = (
           SELECT job FROM ${tables.jobs} WHERE state = 'running' AND (lease_until <= $2 OR runner = $1)
           ORDER BY created_at FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING *`,
        [runner, now, now + leaseMs],
      );
      return row === undefined ? null : jobOf(row);
    },
    renew: async (job, runner, until) => {
      const rows = await query(
        `UPDATE ${tables.jobs} SET lease_until = $3 WHERE job = $1 AND runner = $2 AND state = 'running' RETURNING job`,
        [job, runner, until],
      );
      return rows.length > 0;
    },
    next: (job, limit) => next(query, job, limit),
    markSent: (job, dlqIds, now) =>
      database.transaction(async (inTransaction) => {
        await inTransaction(`UPDATE ${tables.records} SET state = 'sent' WHERE job = $1 AND dlq_id = ANY($2::text[])`, [
          job,
          dlqIds,
        ]);
        // An ack that was faster has resolved it already: that stays.
        await inTransaction(
          `UPDATE ${tables.deadLetters} SET status = 'REDRIVEN', job = $1, status_at = $3
           WHERE dlq_id = ANY($2::text[]) AND ((status = 'SCHEDULED' AND job = $1) OR status = 'UNRESOLVED')`,
          [job, dlqIds, now],
        );
        await inTransaction(`UPDATE ${tables.jobs} SET updated_at = $2 WHERE job = $1`, [job, now]);
      }),
    markSkipped: async (job, dlqIds, reason) => {
      // A line never passes over one of its own by itself: an operator discards what has expired.
      await query(
        `UPDATE ${tables.deadLetters} SET status = 'PARKED', job = NULL
         WHERE dlq_id = ANY($2::text[]) AND hold IS NOT NULL AND status = 'SCHEDULED' AND job = $1`,
        [job, dlqIds],
      );
      await query(
        `UPDATE ${tables.records} SET state = 'skipped', reason = $3 WHERE job = $1 AND dlq_id = ANY($2::text[]) AND state = 'planned'`,
        [job, dlqIds, reason],
      );
    },
    finish: async (job, state, error, now) => {
      await query(
        `UPDATE ${tables.jobs} SET state = $2, error = $3, updated_at = $4, runner = NULL, lease_until = 0 WHERE job = $1`,
        [job, state, error, now],
      );
    },
    unfinished: (since) => unfinishedJobs(query, since),
    forget: async ({ planned, finished }) => {
      const gone = await query(
        `DELETE FROM ${tables.jobs} WHERE (state = 'planned' AND created_at < $1)
           OR (state IN ('done', 'failed') AND updated_at < $2) RETURNING job`,
        [planned, finished],
      );
      return gone.length;
    },
  };
}

async function freeze(
  query: Query,
  job: NewJob,
  { approvalAbove }: { readonly approvalAbove: number },
): Promise<JobReport> {
  const { group, selection, endOffsets } = job;
  await insert(query, job, 'planned');
  const filter = filterClause({
    group,
    fingerprint: selection.fingerprint ?? undefined,
    ids: selection.ids ?? undefined,
    since: selection.since ?? undefined,
  });
  // What failed again is represented by the dead letter that came of it, unless it is asked for by its own id.
  await query(
    `INSERT INTO ${tables.records} (job, dlq_id, topic, partition, "offset", replay_count, fingerprint, held_at, state, reason)
     SELECT $6, dlq_id, topic, partition, "offset", replay_count, fingerprint, coalesce(held_at, -1),
       CASE WHEN reason IS NULL THEN 'planned' ELSE 'skipped' END, reason
     FROM (SELECT stored.*, CASE
             WHEN NOT $8 AND NOT ($9 AND status = 'PARKED') AND ${skipReason} IS NOT NULL THEN ${skipReason}
             WHEN NOT $9 AND ${isBehind('stored')} THEN 'key-held' END AS reason
           FROM ${tables.deadLetters} AS stored WHERE ${filter.text}) AS selected
     WHERE "offset" < ($7::jsonb ->> partition::text)::bigint AND (status <> 'FAILED_AGAIN' OR $4 IS NOT NULL)`,
    [...filter.values, job.job, asJson(endOffsets), selection.force, selection.mode === 'discard'],
  );
  const planned = (await report(query, job.job)) as JobReport;
  const needsApproval = planned.left + planned.followers > approvalAbove;
  await query(`UPDATE ${tables.jobs} SET needs_approval = $2 WHERE job = $1`, [job.job, needsApproval]);
  return { ...planned, needsApproval };
}

async function insert(query: Query, job: NewJob, state: JobState): Promise<void> {
  await query(
    `INSERT INTO ${tables.jobs} (job, "group", state, actor, reason, selection, needs_approval, rate_per_second, end_offsets, created_at, updated_at)
     VALUES ($1, $2, $9, $3, $4, $5, false, $6, $7, $8, $8)`,
    [
      job.job,
      job.group,
      job.actor,
      job.reason,
      asJson(job.selection),
      job.ratePerSecond,
      asJson(job.endOffsets),
      job.createdAt,
      state,
    ],
  );
}

/** The operator has agreed already, to the dead letter that these stand behind. */
async function follow(query: Query, asked: Omit<NewJob, 'selection' | 'endOffsets'>): Promise<JobReport | null> {
  const { job, group, createdAt } = asked;
  // Of two instances only one at a time: the other then finds them scheduled.
  await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`follow ${indexHistory.schema} ${group}`]);
  const selection = { group, fingerprint: null, ids: null, since: null, force: false };
  await insert(query, { ...asked, selection, endOffsets: {} }, 'running');
  const due = await query(
    `WITH due AS (SELECT * FROM (${dueFollowers}) AS all_due WHERE "group" = $2), taken AS (
       UPDATE ${tables.deadLetters} AS stored SET status = 'SCHEDULED', job = $1, status_at = $3
       FROM due WHERE stored.dlq_id = due.dlq_id)
     INSERT INTO ${tables.records} (job, dlq_id, topic, partition, "offset", replay_count, fingerprint, held_at, state)
     SELECT $1, dlq_id, topic, partition, "offset", replay_count, fingerprint, held_at, 'planned' FROM due RETURNING dlq_id`,
    [job, group, createdAt],
  );
  if (due.length > 0) return report(query, job);
  await query(`DELETE FROM ${tables.jobs} WHERE job = $1`, [job]);
  return null;
}

async function start(query: Query, job: string, now: number): Promise<boolean> {
  const [started] = await query<JobRow>(
    `UPDATE ${tables.jobs} SET state = 'running', updated_at = $2 WHERE job = $1 AND state = 'planned' RETURNING *`,
    [job, now],
  );
  if (started === undefined) return false;
  // Two jobs that select one record: the first to start has it, the other finds it in progress.
  await query(
    `UPDATE ${tables.deadLetters} AS stored SET status = 'SCHEDULED', job = $1, status_at = $2
     FROM (SELECT dlq_id FROM ${tables.records} WHERE job = $1 AND state = 'planned' ORDER BY dlq_id) AS mine
     WHERE stored.dlq_id = mine.dlq_id AND (stored.status = 'UNRESOLVED' OR $3 OR ($4 AND stored.status = 'PARKED'))`,
    [job, now, started.selection.force, started.selection.mode === 'discard'],
  );
  return true;
}

interface CandidateRow {
  readonly dlq_id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly replay_count: number;
  readonly key: string | null;
  readonly origin_topic: string | null;
  readonly origin_partition: number | null;
  readonly origin_offset: string | null;
  readonly origin_timestamp: string | null;
  readonly status: DeadLetterStatus | null;
  readonly owner: string | null;
  readonly answered: boolean;
}

async function next(query: Query, { job }: Job, limit: number): Promise<readonly PlannedRecord[]> {
  for (;;) {
    const rows = await query<CandidateRow & Record<string, unknown>>(
      `SELECT planned.dlq_id, planned.topic, planned.partition, planned."offset", planned.replay_count,
         stored.key, stored.origin_topic, stored.origin_partition, stored.origin_offset, stored.origin_timestamp,
         stored.status, stored.job AS owner, ack.dlq_id IS NOT NULL AS answered
       FROM ${tables.records} AS planned
       LEFT JOIN ${tables.deadLetters} AS stored ON stored.dlq_id = planned.dlq_id
       LEFT JOIN ${tables.acks} AS ack ON ack.dlq_id = planned.dlq_id AND ack.job = planned.job
       WHERE planned.job = $1 AND planned.state = 'planned'
       ORDER BY planned.held_at, planned.partition, planned.topic, planned."offset" LIMIT $2`,
      [job, limit],
    );
    const verdicts = Map.groupBy(rows, (row) => verdictOn(row, job));
    const send = verdicts.get('send') ?? [];
    for (const [verdict, settled] of verdicts) {
      if (verdict === 'send') continue;
      const [state, reason] = verdict === 'sent' ? ['sent', null] : ['skipped', verdict];
      await query(
        `UPDATE ${tables.records} SET state = $3, reason = $4 WHERE job = $1 AND dlq_id = ANY($2::text[]) AND state = 'planned'`,
        [job, settled.map(({ dlq_id }) => dlq_id), state, reason],
      );
    }
    if (send.length === 0 && rows.length > 0) continue;
    return send.map(plannedOf);
  }
}

const plannedOf = (row: CandidateRow): PlannedRecord => ({
  dlqId: row.dlq_id,
  topic: row.topic,
  partition: row.partition,
  offset: Number(row.offset),
  replayCount: row.replay_count,
  key: row.key,
  origin:
    row.origin_topic === null
      ? null
      : {
          topic: row.origin_topic,
          partition: Number(row.origin_partition),
          offset: Number(row.origin_offset),
          timestamp: Number(row.origin_timestamp),
        },
});

/** What becomes of a planned record, as things stand now. Total. */
export function verdictOn(
  { status, owner, answered }: Pick<CandidateRow, 'status' | 'owner' | 'answered'>,
  job: string,
): 'send' | 'sent' | SkipReason {
  if (answered) return 'sent'; // the copy went out before a crash, only its mark did not
  switch (status) {
    case null:
      return 'expired';
    case 'UNRESOLVED': // although started: the index was rebuilt meanwhile
      return 'send';
    case 'SCHEDULED':
      return owner === job ? 'send' : 'in-progress';
    case 'REDRIVEN':
      return 'in-progress';
    case 'RESOLVED':
      return 'resolved';
    case 'FAILED_AGAIN':
      return 'failed-again';
    case 'PARKED':
      return 'parked';
    case 'DISCARDED':
      return 'discarded';
  }
}

interface JobRow {
  readonly job: string;
  readonly group: string;
  readonly state: JobState;
  readonly actor: string;
  readonly reason: string | null;
  readonly selection: Selection;
  readonly needs_approval: boolean;
  readonly rate_per_second: number;
  readonly end_offsets: Readonly<Record<string, number>>;
  readonly error: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly [column: string]: unknown;
}

const jobOf = (row: JobRow): Job => ({
  job: row.job,
  group: row.group,
  state: row.state,
  actor: row.actor,
  reason: row.reason,
  selection: row.selection,
  needsApproval: row.needs_approval,
  ratePerSecond: row.rate_per_second,
  endOffsets: row.end_offsets,
  error: row.error,
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
});

async function report(query: Query, job: string): Promise<JobReport | null> {
  const [row] = await query<JobRow>(`SELECT * FROM ${tables.jobs} WHERE job = $1`, [job]);
  if (row === undefined) return null;
  const counted = await query<{ state: string; reason: SkipReason | null; fingerprint: string; count: string }>(
    `SELECT state, reason, fingerprint, count(*) AS count FROM ${tables.records} WHERE job = $1 GROUP BY 1, 2, 3`,
    [job],
  );
  const acked = await query<{ failed: boolean; count: string }>(
    `SELECT outcome = 'failed-again' AS failed, count(*) AS count FROM ${tables.acks} WHERE job = $1 GROUP BY 1`,
    [job],
  );
  const [behind] = await query<{ count: string }>(
    `WITH lines AS (
       SELECT ahead."group", ahead.hold, min(mine.held_at) AS at
       FROM ${tables.records} AS mine JOIN ${tables.deadLetters} AS ahead ON ahead.dlq_id = mine.dlq_id
       WHERE mine.job = $1 AND mine.held_at >= 0 AND mine.state <> 'skipped' GROUP BY 1, 2)
     SELECT count(*) AS count FROM lines JOIN ${tables.deadLetters} AS follower
       ON follower."group" = lines."group" AND follower.hold = lines.hold AND follower.held_at > lines.at
     WHERE follower.code = '${heldCode}' AND follower.status NOT IN ('RESOLVED', 'DISCARDED')
       AND follower.status = 'UNRESOLVED' AND NOT EXISTS (
         SELECT 1 FROM ${tables.records} AS other
         WHERE other.job = $1 AND other.dlq_id = follower.dlq_id AND other.state <> 'skipped')`,
    [job],
  );
  return { ...jobOf(row), ...progressOf(counted, acked), followers: Number(behind?.count ?? 0) };
}

function progressOf(
  counted: readonly { state: string; reason: SkipReason | null; fingerprint: string; count: string }[],
  acked: readonly { failed: boolean; count: string }[],
): Omit<JobProgress, 'followers'> {
  const total = (rows: readonly { count: string }[]): number => rows.reduce((sum, { count }) => sum + Number(count), 0);
  const skipped: Partial<Record<SkipReason, number>> = {};
  const byFingerprint: Record<string, number> = {};
  for (const { state, reason, fingerprint, count } of counted) {
    if (state === 'skipped' && reason !== null) skipped[reason] = (skipped[reason] ?? 0) + Number(count);
    else byFingerprint[fingerprint] = (byFingerprint[fingerprint] ?? 0) + Number(count);
  }
  return {
    planned: total(counted),
    sent: total(counted.filter(({ state }) => state === 'sent')),
    left: total(counted.filter(({ state }) => state === 'planned')),
    skipped,
    byFingerprint,
    resolved: total(acked.filter(({ failed }) => !failed)),
    failedAgain: total(acked.filter(({ failed }) => failed)),
  };
}
