import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export type AvroSchema = string | readonly AvroSchema[] | AvroNode;
export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly doc?: string;
  readonly default?: unknown;
}
export interface AvroNode {
  readonly type: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly fields?: readonly AvroField[];
  readonly symbols?: readonly string[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
  /** Ours: the file is a template, completed once per entity. */
  readonly template?: 'entity';
  /** Ours: the fields of this record come first. */
  readonly extends?: string;
}

/** One `.avsc` file. `path` is relative to `schemas/`, without the extension: `tickets/ticket.v1`. */
export interface SchemaFile {
  readonly path: string;
  readonly schema: AvroNode;
}

export function readSchemaFiles(folder: string): readonly SchemaFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.avsc'))
    .sort()
    .map((name) => ({
      path: relative('.', name).replaceAll('\\', '/').slice(0, -'.avsc'.length),
      schema: JSON.parse(readFileSync(join(folder, name), 'utf8')) as AvroNode,
    }));
}

export const fullName = (schema: AvroNode): string => `${schema.namespace}.${schema.name}`;
export const isNode = (schema: AvroSchema): schema is AvroNode => typeof schema === 'object' && !Array.isArray(schema);

/** Replaces each reference to another file's type by its definition where it first occurs, and by its name after. */
export function inlineReferences(schema: AvroNode, files: readonly SchemaFile[]): AvroNode {
  const byName = new Map(files.map((file) => [fullName(file.schema), file.schema]));
  const defined = new Set<string>();
  const visit = (node: AvroSchema): AvroSchema => {
    if (typeof node === 'string') {
      const declared = byName.get(node);
      return declared === undefined || defined.has(node) ? node : visit(declared);
    }
    if (!isNode(node)) return node.map(visit);
    if (node.name !== undefined && node.namespace !== undefined) defined.add(fullName(node));
    return {
      ...node,
      ...(node.fields && { fields: node.fields.map((field) => ({ ...field, type: visit(field.type) })) }),
      ...(node.items !== undefined && { items: visit(node.items) }),
      ...(node.values !== undefined && { values: visit(node.values) }),
    };
  };
  return visit(schema) as AvroNode;
}

const stages = ['Received', 'Enriched', 'Classified'] as const;
export type EntityStage = Lowercase<(typeof stages)[number]>;

/** Completes the three templates of `schemas/entity/` for one entity record. */
export function completeTemplates(entity: AvroNode, files: readonly SchemaFile[]): Record<EntityStage, AvroNode> {
  const templates = new Map(
    files.filter((file) => file.schema.template).map((file) => [file.schema.name, file.schema]),
  );
  const fieldsOf = (template: AvroNode): readonly AvroField[] => {
    const parent = template.extends === undefined ? undefined : templates.get(template.extends);
    if (template.extends !== undefined && parent === undefined)
      throw new Error(`${template.name} extends ${template.extends}, which is no template in schemas/entity`);
    return [...(parent ? fieldsOf(parent) : []), ...(template.fields ?? [])];
  };
  const noun = (text: string | undefined) => (text ?? '').replaceAll('{entity}', (entity.name ?? '').toLowerCase());
  const complete = (stage: (typeof stages)[number]): AvroNode => {
    const template = templates.get(`Entity${stage}`);
    if (!template)
      throw new Error(
        `schemas/entity has no template EntityReceived, EntityEnriched or EntityClassified: Entity${stage} is missing`,
      );
    return {
      type: 'record',
      name: `${entity.name}${stage}`,
      namespace: entity.namespace ?? '',
      doc: noun(template.doc),
      fields: fieldsOf(template).map((field) => ({
        ...field,
        type: field.type === 'Entity' ? fullName(entity) : field.type,
        doc: noun(field.doc),
      })),
    };
  };
  return { received: complete('Received'), enriched: complete('Enriched'), classified: complete('Classified') };
}
