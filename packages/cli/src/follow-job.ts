import { setTimeout as pause } from 'node:timers/promises';
import type { JobView } from '@millrace/operator-api';
import { CliError, type ExitCode, exitCodes } from './cli-error.ts';
import type { Context } from './context.ts';
import { facts, type Printer } from './printer.ts';
import type { At } from './terminal/progress.ts';

export interface Followed {
  readonly id: string;
  /** Until the group has answered for every record that was sent. */
  readonly wait?: boolean | undefined;
  /** In seconds. */
  readonly timeout: string;
}

/** Shows how far a job is until everything is sent, and with `wait` answered for. Leaving early never stops the job. */
export async function followJob(
  context: Context,
  print: Printer,
  { id, wait = false, timeout }: Followed,
): Promise<ExitCode | undefined> {
  const { now, signal } = context;
  const deadline = now() + Number(timeout) * 1_000;
  const progress = print.progress({ what: 'starting' });
  let isSent = false;
  for (let pauseMs = 100; ; pauseMs = Math.min(1_000, pauseMs * 1.2)) {
    const job = await throughRestarts(() => context.api.jobs.show({ job: id }), deadline, context);
    if (!isSent) progress.update(sentOf(job));
    isSent ||= job.left === 0;
    if (wait && isSent) progress.update({ what: 'answered', done: job.sent - job.waiting, total: job.sent });
    const isOver = job.state === 'failed' || (job.state === 'done' && (!wait || job.waiting === 0));
    if (isOver) {
      print.result(job, showReport);
      return job.state === 'failed' || job.failedAgain > 0 ? exitCodes.withFailures : undefined;
    }
    if (now() > deadline) {
      print.result(job, showReport);
      throw new CliError(
        'X_CLI_TIMEOUT',
        `the job ${id} goes on without us: ${job.left} to send, ${job.waiting} without an answer`,
      );
    }
    await pause(pauseMs, undefined, { signal });
  }
}

/** What was answered for was sent, though the job counts it only with its chunk. */
function sentOf({ sent, left, resolved, failedAgain }: JobView): At {
  const total = sent + left;
  return { what: 'sent', done: Math.min(total, Math.max(sent, resolved + failedAgain)), total };
}

/** A replayer that is restarted goes on with its jobs, so whoever waits for one waits on. */
async function throughRestarts<T>(ask: () => Promise<T>, deadline: number, { now, signal }: Context): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isAway = error instanceof CliError && error.code === 'X_CLI_UNREACHABLE';
      if (!isAway || now() > deadline) throw error;
      await pause(500, undefined, { signal });
    }
  }
}

/** `3 resolved, 1 parked`. */
export const countsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

const showReport = (job: JobView): string =>
  facts([
    ['job', job.job],
    ['state', job.state],
    ['to', job.lane],
    ['planned', job.planned],
    ['sent', job.sent],
    ['skipped', countsOf(job.skipped)],
    ['resolved', job.resolved],
    ['failed again', job.failedAgain],
    ['follow', job.followers === 0 ? '' : `${job.followers} held behind them`],
    ['without an answer', job.waiting],
  ]);
