/** How a field may say which of two events is newer. */
export type VersionKind = 'instant' | 'number';

/**
 * What the field of an entity's schema counts in; null when it is no field, or neither an instant nor a whole number.
 * A date is none: two changes of one day would be equally new.
 */
export function versionKind(schema: object, field: string): VersionKind | null {
  return versionFields(schema).get(field) ?? null;
}

/** Every field of the schema that may be a version, by name. */
export function versionFields(schema: object): ReadonlyMap<string, VersionKind> {
  const { fields = [] } = schema as { readonly fields?: readonly { readonly name: string; readonly type: unknown }[] };
  return new Map(
    fields.flatMap(({ name, type }) => {
      const kind = kindOf(type);
      return kind === null ? [] : [[name, kind] as const];
    }),
  );
}

function kindOf(type: unknown): VersionKind | null {
  if (Array.isArray(type)) return kindOf(type.find((branch) => branch !== 'null'));
  if (type === 'int' || type === 'long') return 'number';
  if (typeof type !== 'object' || type === null || !('type' in type)) return null;
  if ('logicalType' in type) return type.logicalType === 'timestamp-millis' ? 'instant' : null;
  return kindOf(type.type);
}
