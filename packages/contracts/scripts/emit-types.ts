import type { AvroField, AvroNode, AvroSchema, SchemaFile } from './schema-files.ts';
import { completeTemplates, isNode } from './schema-files.ts';

const primitive: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
};
const doc = (text: string | undefined, indent: string): string =>
  text ? `${indent}/** ${text.replaceAll('*/', '* /')} */\n` : '';

/** One TypeScript module per folder of `schemas/`; types of other folders are imported. */
export function emitTypes(files: readonly SchemaFile[], entities: readonly string[]): ReadonlyMap<string, string> {
  const folderOf = new Map(
    files.map((file) => [`${file.schema.namespace}.${file.schema.name}`, file.path.split('/')[0] ?? '']),
  );
  const modules = new Map<string, { body: string[]; imports: Map<string, Set<string>> }>();
  for (const file of files.filter(({ schema }) => !schema.template)) {
    const folder = file.path.split('/')[0] ?? '';
    const module = modules.get(folder) ?? { body: [], imports: new Map() };
    modules.set(folder, module);
    const complete = entities.includes(file.path) ? Object.values(completeTemplates(file.schema, files)) : [];
    for (const record of [file.schema, ...complete]) {
      emitRecord(record, module.body, (name) => {
        const other = folderOf.get(name) ?? folder;
        const short = name.split('.').at(-1) ?? name;
        if (other !== folder) module.imports.set(other, (module.imports.get(other) ?? new Set()).add(short));
        return short;
      });
    }
  }
  return new Map(
    [...modules].map(([folder, { body, imports }]) => {
      const head = [...imports]
        .sort()
        .map(([other, names]) => `import type { ${[...names].sort().join(', ')} } from './${other}.ts';\n`)
        .join('');
      return [`${folder}.ts`, `${head}${head && '\n'}${body.join('\n')}`];
    }),
  );
}

function emitRecord(record: AvroNode, out: string[], reference: (fullName: string) => string): void {
  const at = out.push('') - 1;
  const typeOf = (schema: AvroSchema): string => {
    if (typeof schema === 'string') return primitive[schema] ?? reference(schema);
    if (!isNode(schema)) return [...schema].reverse().map(typeOf).join(' | ');
    if (schema.type === 'array') return `readonly ${bracketed(typeOf(schema.items ?? 'null'))}[]`;
    if (schema.type === 'map') return `Readonly<Record<string, ${typeOf(schema.values ?? 'null')}>>`;
    if (schema.type === 'record') emitRecord(schema, out, reference);
    if (schema.type === 'enum')
      out.push(
        `${doc(schema.doc, '')}export type ${schema.name} = ${(schema.symbols ?? []).map((symbol) => `'${symbol}'`).join(' | ')};\n`,
      );
    return schema.name ?? primitive[schema.type] ?? 'never';
  };
  const field = (one: AvroField) => `${doc(one.doc, '  ')}  readonly ${one.name}: ${typeOf(one.type)};\n`;
  out[at] = `${doc(record.doc, '')}export interface ${record.name} {\n${(record.fields ?? []).map(field).join('')}}\n`;
}

const bracketed = (type: string): string => (/[ |]/.test(type) ? `(${type})` : type);
