import { type AvroField, type AvroNode, selfContained } from './avro-schema.ts';

/** What the records of one stage have around the entity, whichever it is. One file of schemas/entity/. */
export interface EntityTemplate {
  /** `EntityReceived`. */
  readonly name: string;
  /** `{entity}` stands for the entity's name. */
  readonly doc: string;
  /** The fields of this one come first. */
  readonly extends: EntityTemplate | null;
  /** The type `Entity` is the entity's own record. */
  readonly fields: readonly AvroField[];
}

export const entityStageNames = ['received', 'enriched', 'classified'] as const;
export type EntityStage = (typeof entityStageNames)[number];

/** The self-contained record of one stage of one entity: `EntityReceived` and `Ticket` make `TicketReceived`. */
export function completeTemplate(
  template: EntityTemplate,
  entity: AvroNode,
  declared?: ReadonlyMap<string, AvroNode>,
): AvroNode {
  const noun = (text: string | undefined) => (text ?? '').replaceAll('{entity}', (entity.name ?? '').toLowerCase());
  const record = {
    type: 'record',
    name: template.name.replace('Entity', entity.name ?? ''),
    namespace: entity.namespace ?? '',
    doc: noun(template.doc),
    fields: fieldsOf(template).map((field) => ({
      ...field,
      type: field.type === 'Entity' ? entity : field.type,
      doc: noun(field.doc),
    })),
  };
  return selfContained(record, declared);
}

const fieldsOf = (template: EntityTemplate): readonly AvroField[] => [
  ...(template.extends === null ? [] : fieldsOf(template.extends)),
  ...template.fields,
];
