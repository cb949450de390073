import { topics } from '@millrace/contracts';
import { isoTime } from '@millrace/messaging';
import { Router } from 'express';
import { OperatorError } from '../errors.ts';
import { type DeadLetterStatus, openStatuses } from '../index/dead-letter.ts';
import { rebuildIndex } from '../index/rebuild-index.ts';
import { discard } from '../redrive/discard.ts';
import { snapshot } from '../redrive/job-runner.ts';
import { planRedrive } from '../redrive/plan-redrive.ts';
import { viewRecord } from '../topics/record-view.ts';
import { actorOf, roleIn } from './access.ts';
import type { ApiParts } from './api-parts.ts';
import { viewDeadLetter, viewJob } from './dead-letter-view.ts';
import { requestShapes } from './requests.ts';

/** `/v1/dlq/…` and `/v1/jobs/…`. */
export function dlqRoutes(parts: ApiParts): Router {
  const { index, jobs, runner, audit, publisher, broker, serde, indexer, now } = parts;
  const shapes = requestShapes(now);
  const router = Router();
  const statusesOf = (asked: readonly DeadLetterStatus[] | undefined, all: boolean) =>
    all ? undefined : (asked ?? openStatuses);

  router.get('/v1/dlq/groups', async (request, response) => {
    const { status, all, ...filter } = shapes.groups.parse(request.query);
    const found = await index.groups({ ...filter, statuses: statusesOf(status, all) });
    response.json(
      found.map((group) => ({ ...group, firstSeen: isoTime(group.firstSeen), lastSeen: isoTime(group.lastSeen) })),
    );
  });

  router.get('/v1/dlq', async (request, response) => {
    const { status, all, limit, after, ...filter } = shapes.list.parse(request.query);
    const found = await index.list(
      { ...filter, statuses: statusesOf(status, all) },
      { limit, after: cursorFrom(after) },
    );
    const last = found.at(-1);
    response.json({
      items: found.map(viewDeadLetter),
      next: found.length < limit || last === undefined ? null : `${last.failed_at}.${last.dlq_id}`,
    });
  });

  router.post('/v1/dlq/redrive', async (request, response) => {
    const asked = shapes.redrive.parse(request.body);
    const actor = actorOf(request);
    await audit({
      action: 'dlq.plan',
      actor,
      target: asked.group ?? 'ids',
      detail: { ...asked, ids: asked.ids?.length },
    });
    const job = await planRedrive(asked, actor, { ...parts, catchUpMs: 10_000 });
    await publisher.publish(topics.opsReplayJob, job.job, snapshot(job));
    response.status(201).json(viewJob(job));
  });

  router.post('/v1/jobs/:job/start', async (request, response) => {
    const job = await jobs.find(request.params.job);
    if (job === null) throw new OperatorError('X_REPLAY_JOB_UNKNOWN', 404);
    if (job.state !== 'planned') throw new OperatorError('X_REPLAY_STATE', 409, `the job is ${job.state}`);
    if (job.left === 0) throw new OperatorError('X_REPLAY_EMPTY', 409);
    const actor = actorOf(request);
    if (job.needsApproval && (roleIn(request) !== 'approver' || actor === job.actor)) {
      throw new OperatorError(
        'X_REPLAY_APPROVAL',
        403,
        `the plan sends ${job.left} records; an approver who did not make it may start it`,
      );
    }
    await audit({
      action: 'dlq.redrive',
      actor,
      target: job.group,
      detail: { job: job.job, left: job.left, selection: { ...job.selection, ids: job.selection.ids?.length ?? null } },
    });
    if (!(await jobs.start(job.job, now())))
      throw new OperatorError('X_REPLAY_STATE', 409, 'the job was started by somebody else');
    const started = await jobs.find(job.job);
    if (started === null) throw new OperatorError('X_REPLAY_JOB_UNKNOWN', 404);
    await publisher.publish(topics.opsReplayJob, started.job, snapshot(started));
    runner.kick();
    response.status(202).json(viewJob(started));
  });

  router.get('/v1/jobs', async (_request, response) => {
    response.json((await jobs.list(50)).map(viewJob));
  });

  router.get('/v1/jobs/:job', async (request, response) => {
    const job = await jobs.find(request.params.job);
    if (job === null) throw new OperatorError('X_REPLAY_JOB_UNKNOWN', 404);
    response.json(viewJob(job));
  });

  router.post('/v1/dlq/discard', async (request, response) => {
    const { ids, reason } = shapes.discard.parse(request.body);
    const actor = actorOf(request);
    await audit({ action: 'dlq.discard', actor, target: 'ids', detail: { ids, reason } });
    response.json(await discard(ids, reason, actor, parts));
  });

  router.post('/v1/dlq/reindex', async (request, response) => {
    await audit({ action: 'dlq.reindex', actor: actorOf(request), target: 'index' });
    const rebuild = { broker, serde, index, groups: indexer.groups(), clear: true };
    const read = await parts.followHeld.pausedFor(() => rebuildIndex(rebuild, parts.stopping));
    response.json({ read });
  });

  router.get('/v1/dlq/:id', async (request, response) => {
    const row = await index.find(request.params.id);
    if (row === null) throw new OperatorError('X_DLQ_UNKNOWN', 404);
    const range = { topic: row.topic, partition: row.partition, from: row.offset, to: row.offset + 1 };
    let record = null;
    for await (const read of broker.readRanges([range], parts.stopping)) {
      if (read.offset === row.offset) record = await viewRecord(read, serde, row.origin_topic);
    }
    const acks = await index.acksOf([row.dlq_id]);
    response.json({ ...viewDeadLetter(row), acks, record, expired: record === null });
  });

  return router;
}

function cursorFrom(text: string | undefined): { failedAt: number; dlqId: string } | undefined {
  const [, failedAt, dlqId] = /^(\d+)\.(.+)$/.exec(text ?? '') ?? [];
  return failedAt === undefined || dlqId === undefined ? undefined : { failedAt: Number(failedAt), dlqId };
}
