import { type AvroField, type AvroNode, type AvroSchema, isNode } from '../src/avro-schema.ts';

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

export const docComment = (text: string | undefined, indent = ''): string =>
  text ? `${indent}/** ${text.replaceAll('*/', '* /')} */\n` : '';

/** The interface of a record and, after it, the types declared inside of it. `reference` names a type of another file. */
export function emitTypes(
  record: AvroNode,
  reference: (fullName: string) => string,
  heading: string = record.name ?? '',
): string[] {
  const inside: string[] = [];
  const typeOf = (schema: AvroSchema): string => {
    if (typeof schema === 'string') return primitive[schema] ?? reference(schema);
    if (!isNode(schema)) return [...schema].reverse().map(typeOf).join(' | ');
    if (schema.type === 'array') return `readonly ${bracketed(typeOf(schema.items ?? 'null'))}[]`;
    if (schema.type === 'map') return `Readonly<Record<string, ${typeOf(schema.values ?? 'null')}>>`;
    if (schema.type === 'record') inside.push(...emitTypes(schema, reference));
    if (schema.type === 'enum')
      inside.push(
        `${docComment(schema.doc)}export type ${schema.name} = ${(schema.symbols ?? []).map((symbol) => `'${symbol}'`).join(' | ')};\n`,
      );
    return schema.name ?? primitive[schema.type] ?? 'never';
  };
  const field = (one: AvroField) => `${docComment(one.doc, '  ')}  readonly ${one.name}: ${typeOf(one.type)};\n`;
  const fields = (record.fields ?? []).map(field).join('');
  return [`${docComment(record.doc)}export interface ${heading} {\n${fields}}\n`, ...inside];
}

const bracketed = (type: string): string => (/[ |]/.test(type) ? `(${type})` : type);
