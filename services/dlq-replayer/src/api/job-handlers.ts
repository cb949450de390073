import { topics } from '@millrace/contracts';
import type { Identity, OperatorEndpoints } from '@millrace/operator-api';
import type { Access, HandlersOf } from '@millrace/operator-api/server';
import { OperatorError } from '../errors.ts';
import type { JobReport } from '../redrive/job.ts';
import { snapshot } from '../redrive/job-runner.ts';
import type { ApiParts } from './api-parts.ts';
import { viewJob } from './dead-letter-view.ts';

const listed = 50;

/** `/v1/jobs/…`. */
export function jobHandlers(parts: ApiParts): HandlersOf<OperatorEndpoints>['jobs'] {
  const { jobs, publisher, runner, now } = parts;
  const found = async (id: string, access: Access): Promise<JobReport> => {
    const job = await jobs.find(id);
    if (job === null || !access.mayGroup(job.group)) throw new OperatorError('X_REPLAY_JOB_UNKNOWN', 404);
    return job;
  };

  return {
    list: async ({ identity }) => (await jobs.list(listed, identity.groups)).map(viewJob),
    show: async ({ asked, access }) => viewJob(await found(asked.job, access)),
    start: async ({ asked, identity, access }) => {
      const job = await found(asked.job, access);
      if (job.state !== 'planned') throw new OperatorError('X_REPLAY_STATE', 409, `the job is ${job.state}`);
      if (job.left === 0) throw new OperatorError('X_REPLAY_EMPTY', 409);
      requireApproval(job, identity, access);
      return {
        target: job.group,
        detail: {
          ...{ job: job.job, left: job.left, plannedBy: job.actor },
          selection: { ...job.selection, ids: job.selection.ids?.length ?? null },
        },
        act: async () => {
          if (!(await jobs.start(job.job, now())))
            throw new OperatorError('X_REPLAY_STATE', 409, 'the job was started by somebody else');
          const started = await found(job.job, access);
          await publisher.publish(topics.opsReplayJob, started.job, snapshot(started));
          runner.kick();
          return viewJob(started);
        },
      };
    },
  };
}

/** Identities are compared, which are bound to credentials: no name that a caller writes makes one person two. */
function requireApproval(job: JobReport, { id }: Identity, access: Access): void {
  if (!job.needsApproval || (access.may('jobs.approve') && !isPlannedBy(job.actor, id))) return;
  const detail = `the plan sends ${job.left} records; an approver who did not make it may start it`;
  throw new OperatorError('X_REPLAY_APPROVAL', 403, detail);
}

/** Plans of before identities were bound to credentials say `role:name`. */
const isPlannedBy = (actor: string, id: string): boolean => actor === id || actor.startsWith(`${id}:`);
