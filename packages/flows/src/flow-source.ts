import { type EntityName, entities } from '@millrace/contracts';
import type { FlowSection } from './flow-file.ts';
import { enriches, entityTopics, flowTopicName } from './flow-topics.ts';
import type { Flow } from './flows.ts';
import { noSuchName } from './known-names.ts';
import type { EntityStage } from './stage.ts';

/** What stands in a topic that a flow may read. */
export interface ReadableTopic {
  readonly entity: EntityName;
  readonly stage: EntityStage;
}

/** Which entity a flow is about, and where it reads it. */
export type FlowSource = Pick<Flow, 'name' | 'entity' | 'from'>;

/** Why the source of a flow cannot be told, or is not what the flow says. */
export interface SourceProblem {
  readonly field: 'entity' | 'from' | null;
  readonly message: string;
}

export interface FlowSources {
  readonly found: ReadonlyMap<string, FlowSource>;
  readonly problems: ReadonlyMap<string, SourceProblem>;
}

/** Reads the sources of all flows at once, because a flow may read what another writes. */
export function flowSources(sections: readonly (readonly [name: string, section: FlowSection])[]): FlowSources {
  const readable = new Map<string, ReadableTopic>(entityTopics());
  const found = new Map<string, FlowSource>();
  let waiting = sections;
  // In rounds, so that the order of the files does not matter; flows that read each other in a circle remain.
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    waiting = waiting.filter(([name, section]) => {
      const source = sourceOf(name, section, readable);
      if (source === null) return true;
      found.set(name, source);
      for (const stage of writtenBy(source, section))
        readable.set(flowTopicName({ name }, stage), { entity: source.entity, stage });
      return false;
    });
  }
  const problems = new Map(waiting.map(([name, section]) => [name, unknownSource(name, section, readable)]));
  for (const [name, { entity }] of sections) {
    const source = found.get(name);
    if (source !== undefined && entity !== undefined && entity !== source.entity)
      problems.set(name, { field: 'entity', message: `${source.from.topic} holds ${source.entity}, not ${entity}` });
  }
  return { found, problems };
}

/** What a flow's own topics will hold; only of stages that it has. */
function writtenBy({ from }: FlowSource, { enrich, classify }: FlowSection): readonly EntityStage[] {
  const tasks = 'tasks' in classify ? classify.tasks : classify;
  const enriched: EntityStage = from.stage === 'classified' ? 'classified' : 'enriched';
  return [...(enriches({ from, enrich }) ? [enriched] : []), ...(tasks.length > 0 ? ['classified' as const] : [])];
}

function sourceOf(
  name: string,
  { entity, from }: FlowSection,
  readable: ReadonlyMap<string, ReadableTopic>,
): FlowSource | null {
  if (from !== undefined) {
    const topic = readable.get(from);
    return topic === undefined ? null : { name, entity: topic.entity, from: { topic: from, stage: topic.stage } };
  }
  const own = entity ?? name;
  if (!Object.hasOwn(entities, own)) return null;
  const known = own as EntityName;
  return { name, entity: known, from: { topic: entities[known].received.name, stage: 'received' } };
}

function unknownSource(
  name: string,
  { entity, from }: FlowSection,
  readable: ReadonlyMap<string, ReadableTopic>,
): SourceProblem {
  if (from !== undefined)
    return { field: 'from', message: noSuchName('topic that a flow can read', from, [...readable.keys()]) };
  const message = noSuchName('entity', entity ?? name, Object.keys(entities));
  return entity === undefined
    ? { field: null, message: `${message}; a flow of another name says \`entity\` or \`from\`` }
    : { field: 'entity', message };
}
