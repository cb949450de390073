import { type EntityName, entities } from '@millrace/contracts';
import type { Flow, Flows } from './flows.ts';
import { assembleFlows } from './load-flows.ts';
import { defaultVersion } from './version.ts';

/** A flow of an entity, as a file would say it; what is not said is empty. */
export function aFlow(entity: EntityName = 'tickets', over: Partial<Flow> = {}): Flow {
  return {
    name: entity,
    entity,
    from: { topic: entities[entity].received.name, stage: 'received' },
    version: defaultVersion(entity),
    enrich: [],
    classify: [],
    classifyMode: 'fast',
    deliver: [],
    order: 'key',
    onFailure: 'tiers',
    ...over,
  };
}

/** An installation with these flows. */
export function flowsOf(list: readonly Flow[], sources: Flows['sources'] = {}): Flows {
  return assembleFlows(sources, list);
}
