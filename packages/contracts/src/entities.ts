import { type AvroNode, eventTypeOf, majorOf, selfContained } from './avro-schema.ts';
import { type RecordType, recordType } from './codec.ts';
import { completeTemplate, type EntityStage } from './entity-template.ts';
import {
  type EntityClassified,
  type EntityEnriched,
  type EntityReceived,
  entityClassifiedTemplate,
  entityEnrichedTemplate,
  entityReceivedTemplate,
} from './generated/entity.ts';
import { defineTopic, type Topic } from './topic.ts';

/** One entity: its canonical record and the three topics it passes through. */
export interface EntityDefinition<T> {
  readonly name: string;
  /** The canonical record alone: validates what a business event brings. */
  readonly record: RecordType<T>;
  /** The field that says which of two events of one key is newer, where a producer states it; null for none. */
  readonly version: string | null;
  readonly received: Topic<EntityReceived<T>>;
  readonly enriched: Topic<EntityEnriched<T>>;
  readonly classified: Topic<EntityClassified<T>>;
}

/** What stages that serve every entity alike may rely on. `entities[name]` of any name is assignable to `EntityDefinition<CanonicalEntity>`. */
export interface CanonicalEntity {
  /** The vendor's id. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface EntityDeclaration {
  readonly name: string;
  readonly schema: AvroNode;
  readonly version: string | null;
  /** Of each of its topics. */
  readonly partitions: number;
}

const templates = {
  received: entityReceivedTemplate,
  enriched: entityEnrichedTemplate,
  classified: entityClassifiedTemplate,
} as const;

/** An entity's record in what every entity's records have around it. Called only by what the generator makes. */
export function defineEntity<T>({ name, schema, version, partitions }: EntityDeclaration): EntityDefinition<T> {
  const topic = <R>(stage: EntityStage): Topic<R> => {
    const record = completeTemplate(templates[stage], schema);
    return defineTopic<R>({
      name: `${name}.${stage}.${majorOf(schema)}`,
      type: eventTypeOf(record),
      partitions,
      schema: record,
    });
  };
  return {
    name,
    record: recordType<T>(selfContained(schema)),
    version,
    received: topic('received'),
    enriched: topic('enriched'),
    classified: topic('classified'),
  };
}
