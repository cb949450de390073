import express, { type Request, Router } from 'express';
import {
  deleteReference,
  listReferenceRows,
  listReferenceTables,
  loadReference,
  type ReferenceParts,
  showReferenceRow,
} from '../reference.ts';
import { actorOf } from './access.ts';
import type { ApiParts } from './api-parts.ts';
import { requestShapes } from './requests.ts';

/** Long enough to read a large table, and to write one. */
const workMs = 300_000;

/** `/v1/reference`: what tables hold, and changes of them. */
export function referenceRoutes(parts: ApiParts): Router {
  const shapes = requestShapes(parts.now);
  const router = Router();
  const readParts = () => ({
    ...{ broker: parts.broker, serde: parts.serde },
    signal: AbortSignal.any([parts.stopping, AbortSignal.timeout(workMs)]),
  });
  const workParts = (request: Request, action: string, target: string): ReferenceParts => ({
    ...readParts(),
    ...{ publisher: parts.publisher, now: parts.now },
    record: (detail) => parts.audit({ action, actor: actorOf(request), target, detail }),
  });

  router.get('/v1/reference', async (_request, response) => {
    response.json(await listReferenceTables(readParts()));
  });

  router.get('/v1/reference/:table', async (request, response) => {
    const table = shapes.table.parse(request.params.table);
    response.json(await listReferenceRows({ table, ...shapes.referenceRows.parse(request.query) }, readParts()));
  });

  router.get('/v1/reference/:table/row', async (request, response) => {
    const table = shapes.table.parse(request.params.table);
    response.json(await showReferenceRow({ table, ...shapes.referenceRow.parse(request.query) }, readParts()));
  });

  // The bytes as they are: only the file itself says in which encoding it is.
  router.post('/v1/reference/:table', express.raw({ type: () => true, limit: '64mb' }), async (request, response) => {
    const table = shapes.table.parse(request.params['table']);
    const { key, plan, replace, separator, encoding } = shapes.reference.parse(request.query);
    const file = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const asked = { file, table, keyColumn: key, replace, separator, encoding, planOnly: plan };
    const loaded = await loadReference(asked, workParts(request, 'reference.load', table));
    response.status(plan ? 200 : 201).json(loaded);
  });

  router.post('/v1/reference/:table/delete', express.json({ limit: '1mb' }), async (request, response) => {
    const table = shapes.table.parse(request.params['table']);
    const { keys, plan } = shapes.referenceDelete.parse(request.body);
    const deleted = await deleteReference(
      { table, keys, planOnly: plan },
      workParts(request, 'reference.delete', table),
    );
    response.json(deleted);
  });

  return router;
}
