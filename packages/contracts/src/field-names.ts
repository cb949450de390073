import type { Type } from 'avsc';
import { partsOf } from './bounded-types.ts';
import type { RecordType } from './codec.ts';

/**
 * The names that may follow a path inside a record: `[]` → its fields, `['requester']` → the requester's fields.
 * Null when anything may follow (a map) and empty when nothing may (a text), undefined when the path leads nowhere.
 */
export function fieldNames(record: RecordType<unknown>, path: readonly string[]): readonly string[] | null | undefined {
  let at: Type | null = record.avsc;
  for (const step of path) {
    if (at === null) return null;
    const { fields, valuesType }: ReturnType<typeof partsOf> = partsOf(at);
    const next: Type | undefined = fields ? fields.find(({ name }) => name === step)?.type : valuesType;
    if (next === undefined) return undefined;
    at = unwrapped(next);
  }
  const { fields, valuesType } = partsOf(at);
  if (fields) return fields.map(({ name }) => name);
  return valuesType ? null : [];
}

/** For each step of a path inside a record: whether it may be absent, being `null | T` or a name of a map. */
export function optionalSteps(record: RecordType<unknown>, path: readonly string[]): readonly boolean[] {
  const steps: boolean[] = [];
  let at: Type | undefined = record.avsc;
  for (const step of path) {
    const { fields, valuesType }: ReturnType<typeof partsOf> = partsOf(unwrapped(at));
    const next: Type | undefined = fields ? fields.find(({ name }) => name === step)?.type : valuesType;
    if (next === undefined) break;
    steps.push(fields === undefined || partsOf(next).types?.some(({ typeName }) => typeName === 'null') === true);
    at = next;
  }
  return steps;
}

/** Through `null | T` to T and through arrays to their items, as expressions see them. */
function unwrapped(type: Type): Type {
  const { types, itemsType } = partsOf(type);
  const inner = types?.find(({ typeName }) => typeName !== 'null') ?? itemsType;
  return inner ? unwrapped(inner) : type;
}
