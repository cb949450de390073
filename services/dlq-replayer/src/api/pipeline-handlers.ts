import type { AnswerOf } from '@millrace/operator-api';
import { type OperatorEndpoints, timeFrom } from '@millrace/operator-api';
import type { Call, HandlersOf, Prepared } from '@millrace/operator-api/server';
import type { SeekPlan, SeekRequest } from '../pipelines/seek.ts';
import type { ApiParts } from './api-parts.ts';

type Endpoints = OperatorEndpoints['pipelines'];

/** `/v1/pipelines`. */
export function pipelineHandlers({
  pipelines,
  seeks,
  index,
  now,
}: ApiParts): HandlersOf<OperatorEndpoints>['pipelines'] {
  const order =
    (command: 'halt' | 'resume') =>
    async ({ asked: { group }, identity }: Call<Endpoints['halt']>): Promise<Prepared<AnswerOf<Endpoints['halt']>>> => {
      pipelines.requireKnown(group);
      return {
        target: group,
        act: async () => {
          await pipelines.command(command, group, identity.id);
          return { group, command };
        },
      };
    };

  return {
    list: async ({ access }) => {
      const open = new Map<string, number>();
      for (const { group, status, count } of await index.counts()) {
        if (status === 'UNRESOLVED' || status === 'PARKED') open.set(group, (open.get(group) ?? 0) + count);
      }
      return pipelines
        .list()
        .filter(({ group }) => access.mayGroup(group))
        .map((one) => ({ ...one, deadLetters: open.get(one.group) ?? 0 }));
    },
    halt: order('halt'),
    resume: order('resume'),
    rate: async ({ asked: { group, ratePerSecond }, identity }) => {
      pipelines.readsOf(group);
      return {
        ...{ target: group, detail: { ratePerSecond } },
        act: async () => {
          await pipelines.setRate(group, ratePerSecond, identity.id);
          return { group, ratePerSecond };
        },
      };
    },
    seek: async ({ asked: { group, start, skip, ...asked }, identity }) => {
      const request: SeekRequest = { ...asked, to: placeOf(asked.to, now()) };
      const plan = await seeks.plan(group, request);
      if (start) seeks.require(plan, { skip });
      const { partitions, again, skipped } = plan;
      const told = ({ targets: _, ...rest }: SeekPlan) => rest;
      return {
        target: group,
        detail: {
          ...asked,
          skip,
          again,
          skipped,
          set: partitions.map(({ topic, partition, from, to }) => ({ topic, partition, from, to })),
        },
        isPlan: !start,
        act: async () => ({ ...told(start ? await seeks.run(plan, identity.id) : plan), started: start }),
      };
    },
  };
}

/** A word, or an instant; validated before. */
function placeOf(to: string | undefined, now: number): SeekRequest['to'] {
  if (to === undefined || to === 'earliest' || to === 'latest') return to;
  return timeFrom(to, now) ?? undefined;
}
