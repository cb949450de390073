import { Router } from 'express';
import { listTopics, peekTopic } from '../topics/topics.ts';
import { traceEvent } from '../trace/trace.ts';
import { actorOf } from './access.ts';
import type { ApiParts } from './api-parts.ts';
import { requestShapes } from './requests.ts';

const readMs = 30_000;

/** `/v1/trace`, `/v1/doctor`, `/v1/topics`, `/v1/routes`. */
export function operationsRoutes(parts: ApiParts): Router {
  const { broker, routes, audit, now, index, indexer, stopping } = parts;
  const shapes = requestShapes(now);
  const router = Router();
  const inTime = (): AbortSignal => AbortSignal.any([stopping, AbortSignal.timeout(readMs)]);

  router.get('/v1/trace/:id', async (request, response) => {
    response.json(await traceEvent(request.params.id, { ...parts, groups: indexer.groups() }, inTime()));
  });

  router.get('/v1/doctor', async (_request, response) => {
    response.json(await parts.doctor(inTime()));
  });

  router.get('/v1/topics', async (_request, response) => {
    response.json(await listTopics(broker));
  });

  router.get('/v1/topics/:topic/records', async (request, response) => {
    const asked = shapes.peek.parse(request.query);
    response.json(await peekTopic({ topic: request.params.topic, ...asked }, parts, inTime()));
  });

  router.get('/v1/routes', async (_request, response) => {
    const open = new Map<string, number>();
    for (const { group, status, count } of await index.counts()) {
      if (status === 'UNRESOLVED' || status === 'PARKED') open.set(group, (open.get(group) ?? 0) + count);
    }
    response.json(routes.list().map((route) => ({ ...route, deadLetters: open.get(route.group) ?? 0 })));
  });

  for (const command of ['resume', 'halt'] as const) {
    router.post(`/v1/routes/:group/${command}`, async (request, response) => {
      const { group } = request.params as { group: string };
      const actor = actorOf(request);
      await audit({ action: `routes.${command}`, actor, target: group });
      await routes.command(command, group, actor);
      response.status(202).json({ group, command });
    });
  }

  return router;
}
