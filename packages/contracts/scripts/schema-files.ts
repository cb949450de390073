import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type AvroNode, type AvroSchema, fullName, isNode } from '../src/avro-schema.ts';
import { type EntityStage, type EntityTemplate, entityStageNames } from '../src/entity-template.ts';

/** What a file holds: an Avro record, and two words of ours. */
export interface FileSchema extends AvroNode {
  /** The file is a template, completed once per entity. */
  readonly template?: 'entity';
  /** The fields of this template come first. */
  readonly extends?: string;
}

/** One `.avsc` file. `path` is relative to `schemas/`, without the extension: `tickets/ticket.v1`. */
export interface SchemaFile {
  readonly path: string;
  readonly schema: FileSchema;
}

export function readSchemaFiles(folder: string): readonly SchemaFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.avsc'))
    .sort()
    .map((name) => ({
      path: relative('.', name).replaceAll('\\', '/').slice(0, -'.avsc'.length),
      schema: JSON.parse(readFileSync(join(folder, name), 'utf8')) as FileSchema,
    }));
}

export const folderOf = (file: SchemaFile): string => file.path.split('/')[0] ?? '';

/** Every record that has a file, by its full name. */
export const declaredRecords = (files: readonly SchemaFile[]): ReadonlyMap<string, AvroNode> =>
  new Map(files.map((file) => [fullName(file.schema), file.schema]));

/** The templates of `schemas/entity/`, by stage. Throws where one is missing. */
export function entityTemplates(files: readonly SchemaFile[]): Readonly<Record<EntityStage, EntityTemplate>> {
  const templates = new Map(
    files.filter((file) => file.schema.template).map((file) => [file.schema.name, file.schema]),
  );
  const templateOf = (name: string): EntityTemplate => {
    const { doc = '', extends: parent, fields = [] } = templates.get(name) ?? {};
    if (parent !== undefined && !templates.has(parent))
      throw new Error(`${name} extends ${parent}, which is no template in schemas/entity`);
    return { name, doc, fields, extends: parent === undefined ? null : templateOf(parent) };
  };
  const stages = entityStageNames.map((stage) => {
    const name = `Entity${stage[0]?.toUpperCase()}${stage.slice(1)}`;
    if (!templates.has(name)) throw new Error(`schemas/entity has no template ${name}`);
    return [stage, templateOf(name)] as const;
  });
  return Object.fromEntries(stages) as Record<EntityStage, EntityTemplate>;
}

/** Whether the record has a field of the other's type, or is a template that extends it. */
export function refersTo({ schema }: SchemaFile, other: SchemaFile): boolean {
  const name = fullName(other.schema);
  const names = (node: AvroSchema): boolean => {
    if (typeof node === 'string') return node === name;
    if (!isNode(node)) return node.some(names);
    return [node.items, node.values, ...(node.fields ?? []).map(({ type }) => type)].some(
      (inner) => inner !== undefined && names(inner),
    );
  };
  return names(schema) || (schema.extends !== undefined && schema.extends === other.schema.name);
}
