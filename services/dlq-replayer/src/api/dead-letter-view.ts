import { groupTopics } from '@millrace/contracts';
import { isoTime } from '@millrace/messaging';
import type { StoredDeadLetter } from '../index/dead-letter-index.ts';
import type { JobReport } from '../redrive/job.ts';

/** A dead letter as the API shows it. */
export const viewDeadLetter = (row: StoredDeadLetter) => ({
  id: row.dlq_id,
  group: row.group,
  status: row.status,
  statusAt: isoTime(row.status_at),
  job: row.job,
  fingerprint: row.fingerprint,
  code: row.code,
  errorClass: row.error_class,
  message: row.message,
  step: row.step,
  attempts: row.attempts,
  redrives: row.replay_count,
  firstFailedAt: isoTime(row.first_failed_at),
  failedAt: isoTime(row.failed_at),
  key: row.key,
  eventId: row.event_id,
  correlationId: row.correlation_id,
  origin: { topic: row.origin_topic, partition: row.origin_partition, offset: row.origin_offset },
  position: { topic: row.topic, partition: row.partition, offset: row.offset },
  service: row.service,
  version: row.version,
  follows: row.replay_of,
  hold: row.hold,
  heldAt: row.held_at,
});

/** A job as the API shows it: plan, progress and report in one shape. */
export const viewJob = (job: JobReport) => ({
  job: job.job,
  state: job.state,
  group: job.group,
  lane: groupTopics(job.group).lane,
  actor: job.actor,
  reason: job.reason,
  selection: { ...job.selection, since: job.selection.since === null ? null : isoTime(job.selection.since) },
  needsApproval: job.needsApproval,
  ratePerSecond: job.ratePerSecond,
  endOffsets: job.endOffsets,
  planned: job.planned,
  sent: job.sent,
  left: job.left,
  skipped: job.skipped,
  byFingerprint: job.byFingerprint,
  followers: job.followers,
  resolved: job.resolved,
  failedAgain: job.failedAgain,
  waiting: Math.max(0, job.sent - job.resolved - job.failedAgain),
  error: job.error,
  createdAt: isoTime(job.createdAt),
  updatedAt: isoTime(job.updatedAt),
});
