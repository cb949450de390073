import { setTimeout as pause } from 'node:timers/promises';
import { topics } from '@millrace/contracts';
import { isCodedError } from '@millrace/messaging';
import { type Logger, names, type Part } from '@millrace/service';
import type { Publisher } from '../publisher.ts';
import type { Job, JobReport } from './job.ts';
import { type JobRunOptions, runJob } from './run-job.ts';

export interface JobRunnerOptions extends Omit<JobRunOptions, 'onSent' | 'leaseMs'> {
  readonly publisher: Publisher;
  readonly logger: Logger;
  /** How long a job waits for a runner that stopped answering. */
  readonly leaseMs?: number;
  /** How often an idle runner looks for a job that lost its own. */
  readonly lookEveryMs?: number;
  /** How long plans and finished jobs are kept; 30 days when absent, as long as their dead letters. */
  readonly keepJobsMs?: number;
}

const dayMs = 86_400_000;
const forgetEveryMs = 3_600_000;

/** Runs started jobs, one at a time, and takes over those whose runner died: this process's own after a restart. */
export interface JobRunner extends Part {
  /** A job was started: look now. */
  kick(): void;
}

/**
 * idle: waits for a kick or the next look. running: holds the lease of one job. A failure of Kafka or Postgres ends neither
 * the job nor the runner: the job stays `running`, and the next look goes on where the last mark is.
 */
export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { jobs, logger, now, publisher, runner, leaseMs = 30_000, lookEveryMs = 5_000 } = options;
  const { keepJobsMs = 30 * dayMs } = options;
  let forgotAt = Number.NEGATIVE_INFINITY;
  const stopping = new AbortController();
  let kicked = Promise.withResolvers<void>();
  let running: Promise<void> | null = null;

  const publish = (report: JobReport | null): Promise<void> =>
    report === null ? Promise.resolve() : publisher.publish(topics.opsReplayJob, report.job, snapshot(report));

  const onSent = async ({ job, group, actor }: Job, dlqIds: readonly string[]): Promise<void> => {
    await Promise.all(
      dlqIds.map((dlqId) =>
        publisher.publish(topics.opsDlqStatus, dlqId, { dlqId, group, status: 'redriven', job, actor, at: now() }),
      ),
    );
  };

  const runOne = async (): Promise<boolean> => {
    const job = await jobs.lease(runner, now(), leaseMs);
    if (job === null) return false;
    logger.info({ job: job.job, group: job.group }, names.logs.replay.started);
    if (await runJob(job, { ...options, leaseMs, onSent }, stopping.signal)) {
      await jobs.finish(job.job, 'done', null, now());
      const report = await jobs.find(job.job);
      await publish(report);
      logger.info({ job: job.job, planned: report?.planned, sent: report?.sent }, names.logs.replay.finished);
    }
    return true;
  };

  const forgetOld = async (): Promise<void> => {
    if (now() - forgotAt < forgetEveryMs) return;
    forgotAt = now();
    const before = forgotAt - keepJobsMs;
    const count = await jobs.forget({ planned: before, finished: before });
    if (count > 0) logger.info({ jobs: count }, names.logs.replay.forgotten);
  };

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const wake = kicked.promise;
      try {
        if (await runOne()) continue;
        await forgetOld();
      } catch (error) {
        if (stopping.signal.aborted) return;
        logger.warn({ err: error, code: isCodedError(error) ? error.code : undefined }, names.logs.replay.failed);
      }
      await Promise.race([wake, pause(lookEveryMs, undefined, { signal: stopping.signal, ref: false })]).catch(
        () => {},
      );
    }
  };

  return {
    name: 'job-runner',
    open: async () => {
      running = loop();
    },
    close: async () => {
      stopping.abort(new Error('stopping'));
      kicked.resolve();
      await running;
    },
    kick: () => {
      kicked.resolve();
      kicked = Promise.withResolvers();
    },
  };
}

/** A job as `ops.replay.job` has it. */
export const snapshot = (report: JobReport) => ({
  job: report.job,
  group: report.group,
  state: report.state,
  actor: report.actor,
  reason: report.reason,
  selection: JSON.stringify(report.selection),
  generation: 0,
  planned: report.planned,
  sent: report.sent,
  skipped: report.skipped as Record<string, number>,
  createdAt: report.createdAt,
  updatedAt: report.updatedAt,
});
