import type { CanonicalEntity, EntityDefinition } from './entities.ts';

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}

/**
 * What is left of an entity that is gone for good: its id, and its times, which decide which of two events is newer.
 * Every other field has what its schema takes for nothing, so that no field that is added later is forgotten here.
 */
export function withoutContent<T extends CanonicalEntity>(
  { record }: Pick<EntityDefinition<T>, 'record'>,
  entity: T,
): T {
  const known = entity as Readonly<Record<string, unknown>>;
  const { fields } = record.schema as { readonly fields: readonly Field[] };
  return Object.fromEntries(
    fields.map((field) => [field.name, isKept(field) && field.name in known ? known[field.name] : emptyOf(field)]),
  ) as unknown as T;
}

const isKept = ({ name, type }: Field): boolean => name === 'id' || JSON.stringify(type).includes('timestamp-millis');

function emptyOf({ type, ...field }: Field): unknown {
  return 'default' in field ? structuredClone(field.default) : nothingOf(type);
}

/** Of a field without a default; there are few. */
function nothingOf(type: unknown): unknown {
  if (Array.isArray(type)) return nothingOf(type[0]);
  if (typeof type === 'object' && type !== null) {
    const {
      type: inner,
      fields,
      symbols,
    } = type as {
      readonly type: unknown;
      readonly fields?: readonly Field[];
      readonly symbols?: readonly string[];
    };
    if (fields !== undefined) return Object.fromEntries(fields.map((field) => [field.name, emptyOf(field)]));
    if (symbols !== undefined) return symbols[0];
    return inner === type ? null : nothingOf(inner);
  }
  switch (type) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return 0;
    case 'array':
      return [];
    case 'map':
      return {};
    default:
      return null;
  }
}
