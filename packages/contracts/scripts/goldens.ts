import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avsc from 'avsc';
import { type AvroNode, type AvroSchema, isNode } from '../src/avro-schema.ts';
import { recordType } from '../src/codec.ts';
import { readContainer, writeContainer } from './container-file.ts';
import type { TopicRow } from './topic-table.ts';

/** Bytes that a released version wrote, with the schema that wrote them. Never edited. */
export interface Golden {
  readonly name: string;
  readonly minor: number;
  readonly schema: object;
  /** Bare Avro, one per value. */
  readonly records: readonly Buffer[];
  readonly values: readonly unknown[];
}

const bytesAsJson = (_: string, value: unknown): unknown =>
  (value as { type?: unknown } | null)?.type === 'Buffer'
    ? { base64: Buffer.from((value as { data: number[] }).data).toString('base64') }
    : value;
const bytesFromJson = (_: string, value: unknown): unknown => {
  const text = (value as { base64?: unknown } | null)?.base64;
  return typeof text === 'string' ? Buffer.from(text, 'base64') : value;
};

export const fingerprint = (schema: object): string =>
  avsc.Type.forSchema(schema as avsc.Schema)
    .fingerprint('sha256')
    .toString('hex');

export function readGoldens(folder: string): readonly Golden[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const [, name = '', minor = '0'] = /^(.+\.v\d+)\.(\d+)\.json$/.exec(file) ?? [];
      const values = JSON.parse(readFileSync(join(folder, file), 'utf8'), bytesFromJson) as readonly unknown[];
      return {
        name,
        minor: Number(minor),
        values,
        ...readContainer(readFileSync(join(folder, file.replace(/json$/, 'avro')))),
      };
    });
}

/** Writes the golden of every topic whose present schema no golden was written with: the next minor version. */
export function writeMissingGoldens(folder: string, rows: readonly TopicRow[]): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const goldens = readGoldens(folder);
  return rows.flatMap((row) => {
    const released = goldens.filter(({ name }) => name === row.golden);
    if (released.some(({ schema }) => fingerprint(schema) === fingerprint(row.schema))) return [];
    const name = `${row.golden}.${Math.max(-1, ...released.map(({ minor }) => minor)) + 1}`;
    const type = recordType<unknown>(row.schema);
    const values = [sampleOf(row.schema, 'full'), sampleOf(row.schema, 'sparse')];
    writeFileSync(
      join(folder, `${name}.avro`),
      writeContainer({ schema: row.schema, records: values.map(type.encode) }),
    );
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(values, bytesAsJson, 2)}\n`);
    return [name];
  });
}

/** A value of the schema, the same every time: `full` has everything once, `sparse` has null and nothing where it may. */
function sampleOf(schema: AvroNode, kind: 'full' | 'sparse'): unknown {
  const named = new Map<string, AvroNode>();
  const sample = (type: AvroSchema, at: string, namespace: string): unknown => {
    if (typeof type === 'string') {
      const declared = named.get(type) ?? named.get(`${namespace}.${type}`);
      return declared ? sample(declared, at, namespace) : primitiveSample(type, at);
    }
    if (!isNode(type)) return kind === 'full' ? sample(type[1] ?? 'null', at, namespace) : null;
    if (type.name) named.set(`${type.namespace ?? namespace}.${type.name}`, type);
    const inside = type.namespace ?? namespace;
    if (type.type === 'record')
      return Object.fromEntries(
        (type.fields ?? []).map((field) => [field.name, sample(field.type, field.name, inside)]),
      );
    if (type.type === 'enum') return type.symbols?.[0];
    if (type.type === 'array') return kind === 'full' ? [sample(type.items ?? 'null', at, inside)] : [];
    if (type.type === 'map') return kind === 'full' ? { [`${at}-key`]: sample(type.values ?? 'null', at, inside) } : {};
    return primitiveSample(type.type, at);
  };
  // Both kinds walk everything first: a type may be declared inside what the sparse sample leaves out.
  const declare = (type: AvroSchema, namespace: string): void => {
    if (typeof type === 'string') return;
    if (!isNode(type)) {
      for (const branch of type) declare(branch, namespace);
      return;
    }
    const inside = type.namespace ?? namespace;
    if (type.name) named.set(`${inside}.${type.name}`, type);
    for (const field of type.fields ?? []) declare(field.type, inside);
    if (type.items !== undefined) declare(type.items, inside);
    if (type.values !== undefined) declare(type.values, inside);
  };
  declare(schema, schema.namespace ?? '');
  return sample(schema, schema.name ?? '', schema.namespace ?? '');
}

function primitiveSample(type: string, at: string): unknown {
  if (type === 'string') return `${at} — ü€😀`;
  if (type === 'bytes') return Buffer.from([0, 1, 127, 128, 255]);
  if (type === 'boolean') return true;
  if (type === 'double' || type === 'float') return 0.5;
  if (type === 'long') return 1_795_000_000_000;
  return type === 'int' ? 7 : null;
}
