import { topics } from '@millrace/contracts';
import { isoTime } from '@millrace/messaging';
import { type Identity, type OperatorEndpoints, timeFrom } from '@millrace/operator-api';
import type { HandlersOf } from '@millrace/operator-api/server';
import { OperatorError } from '../errors.ts';
import { type DeadLetterStatus, openStatuses } from '../index/dead-letter.ts';
import type { StoredDeadLetter } from '../index/dead-letter-index.ts';
import { rebuildIndex } from '../index/rebuild-index.ts';
import { discard } from '../redrive/discard.ts';
import { snapshot } from '../redrive/job-runner.ts';
import { groupOfRedrive, planRedrive } from '../redrive/plan-redrive.ts';
import { viewRecord } from '../topics/record-view.ts';
import type { ApiParts } from './api-parts.ts';
import { viewDeadLetter, viewJob } from './dead-letter-view.ts';

type Filter = { readonly since?: string | undefined; readonly status?: readonly DeadLetterStatus[] | undefined } & {
  readonly all: boolean;
};

/** `/v1/dlq/…`. */
export function dlqHandlers(parts: ApiParts): HandlersOf<OperatorEndpoints>['dlq'] {
  const { index, publisher, broker, serde, indexer, now } = parts;
  const filterOf = <F extends Filter>({ since, status, all, ...filter }: F, { groups }: Identity) => ({
    ...filter,
    within: groups,
    since: resolved(since, now),
    statuses: all ? undefined : (status ?? openStatuses),
  });

  return {
    groups: async ({ asked, identity }) => {
      const found = await index.groups(filterOf(asked, identity));
      return found.map((group) => ({
        ...group,
        firstSeen: isoTime(group.firstSeen),
        lastSeen: isoTime(group.lastSeen),
      }));
    },
    list: async ({ asked: { limit, after, ...filter }, identity }) => {
      const found = await index.list(filterOf(filter, identity), { limit, after: cursorFrom(after) });
      const last = found.at(-1);
      return {
        items: found.map(viewDeadLetter),
        next: found.length < limit || last === undefined ? null : `${last.failed_at}.${last.dlq_id}`,
      };
    },
    redrive: async ({ asked: { since, ...asked }, identity, access }) => {
      const request = { ...asked, since: resolved(since, now) };
      access.requireGroup(await groupOfRedrive(request, index));
      return {
        target: asked.group ?? 'ids',
        detail: { ...request, ids: asked.ids?.length },
        act: async () => {
          const job = await planRedrive(request, identity.id, { ...parts, catchUpMs: 10_000 });
          access.requireGroup(job.group);
          await publisher.publish(topics.opsReplayJob, job.job, snapshot(job));
          return viewJob(job);
        },
      };
    },
    discard: async ({ asked: { ids, reason }, identity, access }) => {
      const rows = await index.list({ ids }, { limit: ids.length });
      // What others own is to this caller as if it were not there.
      const hidden = new Set(rows.filter(({ group }) => !access.mayGroup(group)).map(({ dlq_id }) => dlq_id));
      const own = ids.filter((id) => !hidden.has(id));
      return {
        ...{ target: 'ids', detail: { ids: own, reason } },
        act: async () => {
          const done = await discard(own, reason, identity.id, parts);
          return { ...done, skipped: done.skipped + hidden.size };
        },
      };
    },
    reindex: async () => ({
      target: 'index',
      act: async () => {
        const rebuild = { broker, serde, index, groups: indexer.groups(), clear: true };
        return { read: await parts.followHeld.pausedFor(() => rebuildIndex(rebuild, parts.stopping)) };
      },
    }),
    show: async ({ asked: { id }, access, signal }) => {
      const row = await index.find(id);
      if (row === null || !access.mayGroup(row.group)) throw new OperatorError('X_DLQ_UNKNOWN', 404);
      return { target: row.group, detail: { id: row.dlq_id }, act: () => showWithRecord(row, parts, signal) };
    },
  };
}

async function showWithRecord(row: StoredDeadLetter, { broker, serde, index }: ApiParts, signal: AbortSignal) {
  const range = { topic: row.topic, partition: row.partition, from: row.offset, to: row.offset + 1 };
  let record = null;
  for await (const read of broker.readRanges([range], signal)) {
    if (read.offset === row.offset) record = await viewRecord(read, serde, row.origin_topic);
  }
  const acks = await index.acksOf([row.dlq_id]);
  return { ...viewDeadLetter(row), acks, record, expired: record === null };
}

/** Validated before; relative times count from now. */
const resolved = (since: string | undefined, now: () => number): number | undefined =>
  since === undefined ? undefined : (timeFrom(since, now()) ?? undefined);

function cursorFrom(text: string | undefined): { failedAt: number; dlqId: string } | undefined {
  const [, failedAt, dlqId] = /^(\d+)\.(.+)$/.exec(text ?? '') ?? [];
  return failedAt === undefined || dlqId === undefined ? undefined : { failedAt: Number(failedAt), dlqId };
}
