import { marked } from './fit-id.ts';
import { fitText, type Takes } from './fit-text.ts';

/**
 * Every text of a JSON value as the destination takes it, names too. Two names that would become one keep apart: what had
 * to be changed gets a digest of what it was. The same object where everything fits; bytes and dates are left alone.
 */
export function fitValue<T>(value: T, takes: Takes): T {
  return (isFitting(value, takes) ? value : fitted(value, takes)) as T;
}

/** Nearly always true, so it must cost little: it makes nothing. */
function isFitting(value: unknown, takes: Takes): boolean {
  if (typeof value === 'string') return fitText(value, takes) === value;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => isFitting(item, takes));
  if (!isPlain(value)) return true;
  for (const name of Object.keys(value)) {
    if (fitText(name, takes) !== name || !isFitting(value[name], takes)) return false;
  }
  return true;
}

function fitted(value: unknown, takes: Takes): unknown {
  if (typeof value === 'string') return fitText(value, takes);
  if (Array.isArray(value)) return fittedList(value, takes);
  return isPlain(value) ? fittedObject(value, takes) : value;
}

function fittedList(list: readonly unknown[], takes: Takes): readonly unknown[] {
  return list.map((item) => fitted(item, takes));
}

function fittedObject(object: Readonly<Record<string, unknown>>, takes: Takes): Readonly<Record<string, unknown>> {
  const entries = Object.entries(object).map(([name, item]) => ({
    name: fitText(name, takes),
    original: name,
    item: fitted(item, takes),
  }));
  return Object.fromEntries(distinct(entries));
}

interface Entry {
  readonly name: string;
  readonly original: string;
  readonly item: unknown;
}

/** Whatever the order of the entries, so that the same object always gets the same names. */
function distinct(entries: readonly Entry[]): readonly (readonly [string, unknown])[] {
  const counts = new Map<string, number>();
  for (const { name } of entries) counts.set(name, (counts.get(name) ?? 0) + 1);
  return entries.map(({ name, original, item }) => [
    name !== original && (counts.get(name) ?? 0) > 1 ? marked(name, original) : name,
    item,
  ]);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
