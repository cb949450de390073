import { type AvroNode, type AvroSchema, fullName, isNode } from '../src/avro-schema.ts';
import { docComment, emitTypes } from './emit-types.ts';
import { literal, referTo } from './literal.ts';
import { createModuleText, type ModuleText } from './module-text.ts';
import { folderOf, refersTo, type SchemaFile } from './schema-files.ts';
import type { EntityRow, TopicTable } from './topic-table.ts';

export const schemaConstant = (record: { readonly name?: string }): string =>
  `${record.name?.[0]?.toLowerCase()}${record.name?.slice(1)}Schema`;
const templateConstant = (name: string): string => `${name[0]?.toLowerCase()}${name.slice(1)}Template`;

/**
 * One module per folder of `schemas/`: the types of its records, their schemas, and the entity where they are one's. What
 * other folders declare is imported, so nothing is written twice.
 */
export function emitRecords(files: readonly SchemaFile[], table: TopicTable): ReadonlyMap<string, ModuleText> {
  const byName = new Map(files.map((file) => [fullName(file.schema), file]));
  const entities = new Map(table.entities.map((entity) => [fullName(entity.schema), entity]));
  const modules = new Map<string, ModuleText>();
  for (const file of dependenciesFirst(files)) {
    const folder = folderOf(file);
    const module = modules.get(`${folder}.ts`) ?? createModuleText();
    modules.set(`${folder}.ts`, module);
    const typeName = (name: string): string => {
      const other = byName.get(name);
      const short = name.split('.').at(-1) ?? name;
      if (other !== undefined && folderOf(other) !== folder) module.use(short, `./${folderOf(other)}.ts`, 'type');
      return short;
    };
    const constant = (name: string): unknown => {
      const other = byName.get(name);
      if (other === undefined || other === file) return name;
      const schema = schemaConstant(other.schema);
      if (folderOf(other) !== folder) module.use(schema, `./${folderOf(other)}.ts`, 'value');
      return referTo(schema);
    };
    if (file.schema.template) emitTemplate(file, module, { typeName, constant });
    else {
      module.add(...emitTypes(file.schema, typeName));
      const entity = entities.get(fullName(file.schema));
      if (entity !== undefined) module.add(...emitStages(entity, module));
      const head = `export const ${schemaConstant(file.schema)}: ${module.use('AvroNode', '../avro-schema.ts', 'type')} = `;
      module.add(`${head}${literal(withConstants(file.schema, constant), { column: head.length })};\n`);
      if (entity !== undefined) module.add(emitEntity(entity, table, module));
    }
  }
  return modules;
}

interface Names {
  readonly typeName: (fullName: string) => string;
  readonly constant: (fullName: string) => unknown;
}

function emitTemplate({ schema }: SchemaFile, module: ModuleText, { typeName, constant }: Names): void {
  const { name = '', doc = '', extends: parent, fields = [] } = schema;
  const said = JSON.parse(JSON.stringify(schema).replaceAll('{entity}', 'entity')) as AvroNode;
  module.add(
    ...emitTypes(said, typeName, `${name}<Entity>${parent === undefined ? '' : ` extends ${parent}<Entity>`}`),
  );
  const value = {
    name,
    doc,
    extends: parent === undefined ? null : referTo(templateConstant(parent)),
    fields: fields.map((field) => ({ ...field, type: withConstants(field.type, constant) })),
  };
  const type = module.use('EntityTemplate', '../entity-template.ts', 'type');
  module.add(`export const ${templateConstant(name)}: ${type} = ${literal(value)};\n`);
}

/** `TicketReceived` is `EntityReceived` of a ticket. */
const emitStages = (entity: EntityRow, module: ModuleText): readonly string[] =>
  Object.values(entity.stages).map(({ schema }) => {
    const template = module.use(`Entity${schema.name?.slice(entity.schema.name?.length)}`, './entity.ts', 'type');
    return `${docComment(schema.doc)}export interface ${schema.name} extends ${template}<${entity.schema.name}> {}\n`;
  });

function emitEntity({ name, schema, version }: EntityRow, { partitions }: TopicTable, module: ModuleText): string {
  const define = module.use('defineEntity', '../entities.ts', 'value');
  const type = module.use('EntityDefinition', '../entities.ts', 'type');
  const head = `export const ${name}: ${type}<${schema.name}> = ${define}(`;
  const declaration = { name, schema: referTo(schemaConstant(schema)), version, partitions };
  return `${head}${literal(declaration, { column: head.length + 1 })});\n`;
}

/** A schema with every type that has a file of its own in the place of that type's name. */
function withConstants(schema: AvroSchema, constant: Names['constant']): unknown {
  if (typeof schema === 'string') return constant(schema);
  if (!isNode(schema)) return schema.map((branch) => withConstants(branch, constant));
  return {
    ...schema,
    ...(schema.fields && {
      fields: schema.fields.map((field) => ({ ...field, type: withConstants(field.type, constant) })),
    }),
    ...(schema.items !== undefined && { items: withConstants(schema.items, constant) }),
    ...(schema.values !== undefined && { values: withConstants(schema.values, constant) }),
  };
}

/** A constant is made before another refers to it. The rules of schemas/ refuse circles. */
function dependenciesFirst(files: readonly SchemaFile[]): readonly SchemaFile[] {
  const ordered = new Set<SchemaFile>();
  const visit = (file: SchemaFile): void => {
    if (ordered.has(file)) return;
    for (const other of files) if (other !== file && refersTo(file, other)) visit(other);
    ordered.add(file);
  };
  for (const file of files) visit(file);
  return [...ordered];
}
