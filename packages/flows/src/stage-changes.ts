import type { Flows } from './flows.ts';
import type { Stage } from './stage.ts';

/**
 * Why a service cannot go over from one version of the flows to another while it runs, as far as the topology tells. Routes
 * come and go freely; a stage of a whole flow, and what a stage reads or writes, needs topics, schemas and places of their
 * own that are made at a start.
 */
export function stageRestarts(
  service: string,
  before: Pick<Flows, 'stages'>,
  after: Pick<Flows, 'stages'>,
): readonly string[] {
  const [old, next] = [before, after].map(({ stages }) => stagesByGroup(service, stages));
  const groups = new Set([...(old?.keys() ?? []), ...(next?.keys() ?? [])]);
  return [...groups].flatMap((group) => {
    const [was, is] = [old?.get(group), next?.get(group)];
    if (was === undefined) return is?.route == null ? [`${group} is a new stage`] : [];
    if (is === undefined) return was.route === null ? [`${group} is a stage no more`] : [];
    return [otherTopics('reads', was.from, is.from), otherTopics('writes', was.to, is.to)].flatMap((said) =>
      said === null ? [] : [`${group} ${said}`],
    );
  });
}

const stagesByGroup = (service: string, stages: readonly Stage[]): ReadonlyMap<string, Stage> =>
  new Map(stages.filter((stage) => stage.service === service).map((stage) => [stage.group, stage]));

const otherTopics = (what: string, was: readonly string[], is: readonly string[]): string | null =>
  String(was) === String(is) ? null : `${what} ${is.join(', ')} in place of ${was.join(', ')}`;
