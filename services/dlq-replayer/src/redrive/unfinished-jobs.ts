import type { Query } from '@millrace/ledger/postgres';
import { indexHistory } from '../index/schema.ts';

const tables = {
  acks: `"${indexHistory.schema}".acks`,
  jobs: `"${indexHistory.schema}".jobs`,
  records: `"${indexHistory.schema}".job_records`,
} as const;

/** A redrive that began and is not through. */
export interface UnfinishedJob {
  readonly job: string;
  readonly group: string;
  readonly state: 'running' | 'done';
  /** Not sent yet. */
  readonly left: number;
  /** Sent, and the group has not answered. */
  readonly waiting: number;
  /** When it last got on. */
  readonly updatedAt: number;
}

/** Running ones that have sent nothing since, and done ones that since then wait for answers. */
export async function unfinishedJobs(
  query: Query,
  since: { readonly running: number; readonly done: number },
): Promise<readonly UnfinishedJob[]> {
  const rows = await query<{ [K in keyof UnfinishedJob]: string }>(
    `SELECT job, "group", state, updated_at AS "updatedAt",
       (SELECT count(*) FROM ${tables.records} AS one WHERE one.job = jobs.job AND one.state = 'planned') AS "left",
       (SELECT count(*) FROM ${tables.records} AS one WHERE one.job = jobs.job AND one.state = 'sent')
         - (SELECT count(*) FROM ${tables.acks} AS ack WHERE ack.job = jobs.job) AS waiting
     FROM ${tables.jobs} AS jobs
     WHERE (state = 'running' AND updated_at < $1) OR (state = 'done' AND updated_at < $2) ORDER BY created_at`,
    [since.running, since.done],
  );
  return rows
    .map((row) => ({
      job: row.job,
      group: row.group,
      state: row.state as UnfinishedJob['state'],
      left: Number(row.left),
      waiting: Number(row.waiting),
      updatedAt: Number(row.updatedAt),
    }))
    .filter(({ state, waiting }) => state === 'running' || waiting > 0);
}
