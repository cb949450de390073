import { z } from 'zod';
import { defineEndpoint, type Frozen } from '../endpoint/define-endpoint.ts';
import { countsByName, isoTime, name } from '../endpoint/fields.ts';

export const job = z
  .object({
    job: z.string(),
    state: z.enum(['planned', 'running', 'done', 'failed']),
    group: z.string(),
    lane: z.string(),
    actor: z.string().describe('The identity that planned it.'),
    reason: z.string().nullable(),
    selection: z.object({
      group: z.string(),
      fingerprint: z.string().nullable(),
      ids: z.array(z.string()).nullable(),
      since: isoTime.nullable(),
      force: z.boolean(),
      mode: z.enum(['redrive', 'discard']).optional(),
    }),
    needsApproval: z.boolean(),
    ratePerSecond: z.number(),
    endOffsets: countsByName.describe(
      'Per partition of the dead-letter topic, the first offset that the plan does not see.',
    ),
    planned: z.int(),
    sent: z.int(),
    left: z.int(),
    skipped: countsByName.describe('By why.'),
    byFingerprint: countsByName,
    followers: z.int(),
    resolved: z.int(),
    failedAgain: z.int(),
    waiting: z.int().describe('Sent, and not answered for yet.'),
    error: z.string().nullable(),
    createdAt: isoTime,
    updatedAt: isoTime,
  })
  .meta({ id: 'Job' });
export type JobView = Frozen<z.output<typeof job>>;

const one = z.strictObject({ job: name });

export const jobs = {
  list: defineEndpoint({
    method: 'GET',
    path: '/v1/jobs',
    summary: 'lists plans and redrives, the newest first',
    permission: 'jobs.read',
    scope: 'handler',
    answer: z.array(job),
  }),
  show: defineEndpoint({
    method: 'GET',
    path: '/v1/jobs/{job}',
    summary: 'shows the plan, progress and report of one redrive',
    permission: 'jobs.read',
    scope: 'handler',
    params: one,
    answer: job,
  }),
  start: defineEndpoint({
    method: 'POST',
    path: '/v1/jobs/{job}/start',
    summary: 'runs a plan; a large one only for an approver who did not make it',
    permission: 'jobs.start',
    scope: 'handler',
    params: one,
    answer: job,
    status: 202,
    audit: 'dlq.redrive',
  }),
};
