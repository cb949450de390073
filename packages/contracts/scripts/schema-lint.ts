import { type AvroField, type AvroSchema, fullName, isNode, nounOf } from '../src/avro-schema.ts';
import { folderOf, refersTo, type SchemaFile } from './schema-files.ts';

const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);

/**
 * The rules of schemas/, each for a reason:
 * - every record, enum and field has a `doc`: types and catalogue are made from it;
 * - a union is `["null", one type]` with default null: avsc wraps values of any other union;
 * - `<folder>/<kebab name>.v<n>.avsc` holds `io.millrace.<folder>.v<n>.<Name>`: a name says where it lives;
 * - a name that is not declared anywhere, or declared twice, is refused;
 * - neither files nor folders refer to each other in a circle: a generated module is made from those that it imports.
 */
export function lintSchemas(files: readonly SchemaFile[]): readonly string[] {
  const problems: string[] = [];
  const declared = new Map<string, string>();
  for (const { path, schema } of files) {
    if (declared.has(fullName(schema)))
      problems.push(`${path}: ${fullName(schema)} is declared in ${declared.get(fullName(schema))} already`);
    declared.set(fullName(schema), path);
  }
  for (const file of files) lintFile(file, declared, problems);
  return [...problems, ...circles(files)];
}

function circles(files: readonly SchemaFile[]): readonly string[] {
  const between = (groupOf: (file: SchemaFile) => string): readonly string[] => {
    const next = (from: string) =>
      files
        .flatMap((file) => (groupOf(file) === from ? files.filter((other) => refersTo(file, other)).map(groupOf) : []))
        .filter((to) => to !== from);
    const found = [...new Set(files.map(groupOf))].find((from) => reachable(from, next).has(from));
    return found === undefined ? [] : [`${found}: refers to itself by way of others`];
  };
  const ofFiles = between(({ path }) => path);
  return ofFiles.length > 0 ? ofFiles : between(folderOf);
}

/** Everything that can be come to from here in one step or more. */
function reachable(from: string, next: (from: string) => readonly string[]): ReadonlySet<string> {
  const seen = new Set(next(from));
  for (const at of seen) for (const to of next(at)) seen.add(to);
  return seen;
}

function lintFile({ path, schema }: SchemaFile, declared: ReadonlyMap<string, string>, problems: string[]): void {
  const local = new Set<string>();
  const [, folder = '', name = '', version = ''] = /^([a-z-]+)\/([a-z-]+)\.(v\d+)$/.exec(path) ?? [];
  const expected = `io.millrace.${folder.replaceAll('-', '_')}.${version}`;
  const expectedName = schema.template ? `entity-${name}` : name;
  if (schema.namespace !== expected)
    problems.push(`${path}: namespace is ${schema.namespace}, the file's place says ${expected}`);
  if (nounOf(schema) !== expectedName)
    problems.push(`${path}: name is ${schema.name}, the file's name says ${expectedName}`);

  const field = (owner: string, one: AvroField) => {
    const at = `${owner}.${one.name}`;
    if (!one.doc?.trim()) problems.push(`${path}: ${at} has no doc`);
    if (Array.isArray(one.type) && one.default !== null)
      problems.push(`${path}: ${at} may be null, so its default is null`);
    visit(at, one.type);
  };
  const visit = (at: string, type: AvroSchema) => {
    if (typeof type === 'string') {
      const known =
        primitives.has(type) || local.has(type) || declared.has(type) || (schema.template && type === 'Entity');
      if (!known) problems.push(`${path}: ${at} names ${type}, which no file declares`);
      return;
    }
    if (!isNode(type)) {
      if (type.length !== 2 || type[0] !== 'null' || type[1] === 'null')
        problems.push(`${path}: ${at} is a union other than ["null", one type]`);
      for (const branch of type) visit(at, branch);
      return;
    }
    if (type.type === 'record' || type.type === 'enum') {
      if (!type.doc?.trim()) problems.push(`${path}: ${at} (${type.name}) has no doc`);
      if (type.name) local.add(type.name);
    }
    for (const one of type.fields ?? []) field(at, one);
    if (type.items !== undefined) visit(`${at}[]`, type.items);
    if (type.values !== undefined) visit(`${at}{}`, type.values);
  };
  visit(schema.name ?? '?', schema);
}
