import { type EntityName, entities, topics } from '@millrace/contracts';
import type { Ordering } from './ordering.ts';

/** How much of a model pack works on each message; never dependent on load. */
export type ClassifyMode = 'fast' | 'cascade' | 'full';

/** Settings of a connector as the file has them: texts may still hold references such as `${NAME}`. */
export type ConnectorSettings = Readonly<Record<string, unknown>>;

/** Where webhooks come from: one subscription at one vendor. */
export interface SourceInstance {
  readonly name: string;
  readonly connector: string;
  /** Reference to the signing secret; null where the scheme has none. */
  readonly secret: string | null;
  /** Our own integration's id at the vendor: what it caused is an echo. */
  readonly actor: string | null;
  /** A disabled source answers 403. */
  readonly enabled: boolean;
  /** Everything else the file says, for the connector. */
  readonly settings: ConnectorSettings;
}

/** One question to a reference table. */
export interface Lookup {
  /** Reference table. */
  readonly table: string;
  /** JSONata over the entity: the key to look up. */
  readonly by: string;
  /** Name under which expressions see the row. */
  readonly as: string;
  /** A miss is a dead letter. */
  readonly required: boolean;
}

/** One judgement to be made. */
export interface Task {
  readonly task: string;
  /** Model pack; null for the task's own default. */
  readonly pack: string | null;
  readonly settings: ConnectorSettings;
}

/** One destination for the messages of a flow; a consumer group of its own. */
export interface Route extends Ordering {
  readonly route: string;
  /** Connector that writes. */
  readonly sink: string;
  /** JSONata over the view: deliver only when true; null delivers all. */
  readonly when: string | null;
  /** JSONata over the view: what is delivered; null leaves it to the connector. */
  readonly map: string | null;
  /** The connector's configuration: the sink instance's settings, overridden by the route's. */
  readonly settings: ConnectorSettings;
}

/** The ordering is that of its own stages; each route has its own. */
export interface Flow extends Ordering {
  readonly entity: EntityName;
  readonly enrich: readonly Lookup[];
  readonly classify: readonly Task[];
  readonly classifyMode: ClassifyMode;
  readonly deliver: readonly Route[];
}

/** Everything the flow files say, validated. */
export interface Flows {
  readonly sources: Readonly<Record<string, SourceInstance>>;
  readonly flows: Readonly<Partial<Record<EntityName, Flow>>>;
  /** Every consumer group of an installation with these flows. */
  groups(): readonly string[];
}

export const normaliseGroup = 'enricher.normalise';
export const indexGroup = 'dlq-replayer.index';
export const enrichGroup = (entity: string): string => `enricher.${entity}`;
export const classifyGroup = (entity: string): string => `classifier.${entity}`;
export const deliverGroup = (entity: string, route: string): string => `sink-writers.${entity}.${route}`;

/** The flows in the order of the files. */
export const flowList = (flows: Flows): readonly Flow[] => Object.values(flows.flows);

/** What each consumer group reads, beside its own retry and lane topics. The index's sources are everybody's dead letters. */
export function groupSources(flows: readonly Flow[]): ReadonlyMap<string, readonly string[]> {
  const sources = new Map<string, readonly string[]>([[normaliseGroup, [topics.webhooksReceived.name]]]);
  for (const { entity, classify, deliver } of flows) {
    const { received, enriched, classified } = entities[entity];
    sources.set(enrichGroup(entity), [received.name]);
    if (classify.length > 0) sources.set(classifyGroup(entity), [enriched.name]);
    const last = classify.length > 0 ? classified : enriched;
    for (const { route } of deliver) sources.set(deliverGroup(entity, route), [last.name]);
  }
  return sources;
}

export function groupsOf(flows: readonly Flow[]): readonly string[] {
  return [
    normaliseGroup,
    ...flows.flatMap(({ entity, classify, deliver }) => [
      enrichGroup(entity),
      ...(classify.length > 0 ? [classifyGroup(entity)] : []),
      ...deliver.map(({ route }) => deliverGroup(entity, route)),
    ]),
    indexGroup,
  ];
}
