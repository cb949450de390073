import type { RecordType, Violation } from './codec.ts';
import { instantForms, readInstant } from './instant.ts';

export interface InstantFields {
  /** The value with every instant as epoch milliseconds; the same object where nothing changed. */
  readonly value: unknown;
  /** Where something was stated that is no time. These fields are null in `value`. */
  readonly violations: readonly Violation[];
}

/**
 * Reads a foreign value's instants wherever its schema has one (`timestamp-millis`), in whatever form they came. What
 * else does not fit is left as it is: `violations` of the record type says so.
 */
export function readInstantFields<T>(record: RecordType<T>, value: unknown): InstantFields {
  const violations: Violation[] = [];
  const read = (fields: readonly InstantField[], at: unknown, pointer: string): unknown => {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return at;
    const known = at as Readonly<Record<string, unknown>>;
    const changed = fields.flatMap(({ name, within }): readonly (readonly [string, unknown])[] => {
      if (!Object.hasOwn(known, name)) return [];
      const here = `${pointer}/${name}`;
      const was = known[name];
      const is = within === null ? instantAt(was, here, violations) : read(within, was, here);
      return is === was ? [] : [[name, is]];
    });
    return changed.length === 0 ? at : { ...known, ...Object.fromEntries(changed) };
  };
  return { value: read(fieldsOf(record.schema), value, ''), violations };
}

function instantAt(value: unknown, pointer: string, violations: Violation[]): unknown {
  const reading = readInstant(value);
  if (reading.kind === 'instant') return reading.epochMs;
  if (reading.kind === 'absent') return value;
  violations.push({ pointer, message: `expected ${instantForms}` });
  return null;
}

/** A field that is an instant (`within` null), or a record that holds some. */
interface InstantField {
  readonly name: string;
  readonly within: readonly InstantField[] | null;
}

type Schema = string | readonly Schema[] | { readonly [key: string]: unknown };

const known = new WeakMap<object, readonly InstantField[]>();

function fieldsOf(schema: object): readonly InstantField[] {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const fields = instantsIn(schema as Schema);
  known.set(schema, fields);
  return fields;
}

/** Records inside of records and unions; lists and maps hold no instants in any schema of ours. */
function instantsIn(schema: Schema): readonly InstantField[] {
  if (typeof schema === 'string') return [];
  if (Array.isArray(schema)) return schema.flatMap(instantsIn);
  const { type, fields } = schema as { readonly type?: Schema; readonly fields?: readonly FieldSchema[] };
  if (type !== 'record' || fields === undefined) return [];
  return fields.flatMap(({ name, type: of }): readonly InstantField[] => {
    if (isInstant(of)) return [{ name, within: null }];
    const within = instantsIn(of);
    return within.length === 0 ? [] : [{ name, within }];
  });
}

interface FieldSchema {
  readonly name: string;
  readonly type: Schema;
}

function isInstant(schema: Schema): boolean {
  if (typeof schema === 'string') return false;
  if (Array.isArray(schema)) return schema.some(isInstant);
  return (schema as { readonly logicalType?: unknown }).logicalType === 'timestamp-millis';
}
