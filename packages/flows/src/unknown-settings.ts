import { z } from 'zod';
import { closest } from './known-names.ts';

/** What is wrong with a setting that nobody reads: a typing slip would be silently without effect. */
export function unknownSetting(key: string, known: readonly string[]): string {
  const near = closest(key, known);
  if (near !== null) return `is not a setting here; did you mean ${near}?`;
  return known.length === 0 ? 'is not a setting here' : `is not a setting here; there is ${known.join(', ')}`;
}

/** The settings that a schema knows at a place of what it checks; none where it knows no names. */
export function settingsAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => settingsAt(option, path));
  const [step, ...rest] = path;
  if (inner instanceof z.ZodArray && step !== undefined) return settingsAt(inner.element, rest);
  if (inner instanceof z.ZodRecord && step !== undefined) return settingsAt(inner.valueType, rest);
  if (!(inner instanceof z.ZodObject)) return [];
  return step === undefined ? Object.keys(inner.shape) : settingsAt(inner.shape[String(step)], rest);
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodReadonly)
    return unwrapped(schema.unwrap());
  return schema;
}
