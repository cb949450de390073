import { topics } from '@millrace/contracts';
import type { OperatorEndpoints } from '@millrace/operator-api';
import type { HandlersOf } from '@millrace/operator-api/server';
import {
  listReferenceRows,
  listReferenceTables,
  prepareDeletion,
  prepareLoad,
  showReferenceRow,
} from '../reference.ts';
import type { ApiParts } from './api-parts.ts';

/** Long enough to read a large table, and to write one. */
const workMs = 300_000;

/** `/v1/reference`: what tables hold, and changes of them. */
export function referenceHandlers(parts: ApiParts): HandlersOf<OperatorEndpoints>['reference'] {
  const { broker, serde, publisher, now, stopping } = parts;
  const topic = topics.referenceRows.name;
  const readParts = (signal: AbortSignal) => ({
    ...{ broker, serde },
    signal: AbortSignal.any([signal, AbortSignal.timeout(workMs)]),
  });
  // A change goes on to its end when whoever asked for it hangs up.
  const workParts = () => ({ ...readParts(stopping), publisher, now });

  return {
    tables: ({ signal }) => listReferenceTables(readParts(signal)),
    rows: async ({ asked, access, signal }) => {
      access.requireTopic(topic);
      const detail = { limit: asked.limit, after: asked.after };
      return { target: asked.table, detail, act: () => listReferenceRows(asked, readParts(signal)) };
    },
    row: async ({ asked, access, signal }) => {
      access.requireTopic(topic);
      const detail = { key: asked.key };
      return { target: asked.table, detail, act: () => showReferenceRow(asked, readParts(signal)) };
    },
    load: async ({ asked: { table, bytes, key, plan, ...options }, access }) => {
      access.requireTopic(topic);
      return prepareLoad({ ...options, table, file: bytes, keyColumn: key, planOnly: plan }, workParts());
    },
    delete: async ({ asked: { table, keys, plan }, access }) => {
      access.requireTopic(topic);
      return prepareDeletion({ table, keys, planOnly: plan }, workParts());
    },
  };
}
