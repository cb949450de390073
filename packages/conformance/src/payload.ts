/** A place inside of a JSON value. */
export type Path = readonly (string | number)[];

/** Every place of a value, itself included. */
export function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

/** The value with another in one place. */
export function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const children = value as Record<string | number, unknown>;
  const copy = Array.isArray(value) ? [...value] : { ...children };
  (copy as Record<string | number, unknown>)[key] = replaced(children[key], rest, by);
  return copy;
}

/** Undefined for a body that is no JSON, such as a form. */
export function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
}
