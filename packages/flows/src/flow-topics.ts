import {
  type CanonicalEntity,
  type EntityClassified,
  type EntityDefinition,
  type EntityEnriched,
  type EntityName,
  type EntityReceived,
  entities,
  type Topic,
  topicLike,
} from '@millrace/contracts';
import type { Flow } from './flows.ts';
import type { EntityStage } from './stage.ts';

/** The topics of one flow: what it reads, and what its stages write. */
export interface FlowTopics {
  readonly source: Topic<EntityReceived<CanonicalEntity>>;
  /** What classify and routes read: the source itself where the flow enriches nothing. */
  readonly enriched: Topic<EntityEnriched<CanonicalEntity>>;
  readonly classified: Topic<EntityClassified<CanonicalEntity>>;
  /** What its routes read: judged where the flow classifies. */
  readonly last: Topic<EntityEnriched<CanonicalEntity>>;
}

export type FlowShape = Pick<Flow, 'name' | 'entity' | 'from' | 'enrich' | 'classify'>;

/** What came in is enriched even by no lookup: the first stage stamps the sequence. */
export const enriches = ({
  from,
  enrich,
}: {
  readonly from: Flow['from'];
  readonly enrich: readonly unknown[];
}): boolean => enrich.length > 0 || from.stage === 'received';

/** The flow that bears its entity's name has the entity's own topics; every other has topics of its name. */
export function flowTopics(flow: FlowShape): FlowTopics {
  const entity: EntityDefinition<CanonicalEntity> = entities[flow.entity];
  const own = <T>(topic: Topic<T>, stage: EntityStage): Topic<T> => topicLike(topic, flowTopicName(flow, stage));
  const source = topicLike<EntityReceived<CanonicalEntity>>(entity[flow.from.stage], flow.from.topic);
  // What was judged before stays judged: a lookup adds to the record and takes nothing from it.
  const widened = flow.from.stage === 'classified' ? entity.classified : entity.enriched;
  const enriched = enriches(flow)
    ? own<EntityEnriched<CanonicalEntity>>(widened, 'enriched')
    : (source as Topic<EntityEnriched<CanonicalEntity>>);
  const classified = own(entity.classified, 'classified');
  return { source, enriched, classified, last: flow.classify.length > 0 ? classified : enriched };
}

export const flowTopicName = ({ name }: { readonly name: string }, stage: EntityStage): string => `${name}.${stage}.v1`;

/** Every topic that a flow may read, beside those of the flows: which entity stands there, and what was done to it. */
export function entityTopics(): ReadonlyMap<string, { readonly entity: EntityName; readonly stage: EntityStage }> {
  const stages: readonly EntityStage[] = ['received', 'enriched', 'classified'];
  return new Map(
    (Object.keys(entities) as EntityName[]).flatMap((entity) =>
      stages.map((stage) => [entities[entity][stage].name, { entity, stage }] as const),
    ),
  );
}
