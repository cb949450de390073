const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A value as JSON can say it: bytes as their text, or in Base64 where they are none. */
export function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return textOf(value);
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, readable(field)]));
}

const base64 = 'base64:';

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return `${base64}${Buffer.from(bytes).toString('base64')}`;
  }
}

/** The other way round, where the schema of a record declares bytes. */
export function withBytes(schema: object, value: unknown): unknown {
  const { fields } = schema as { readonly fields?: readonly { readonly name: string; readonly type: unknown }[] };
  if (fields === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const bytes = new Set(fields.filter(({ type }) => [type].flat().includes('bytes')).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      bytes.has(name) && typeof field === 'string' ? bytesOf(field) : field,
    ]),
  );
}

const bytesOf = (text: string): Buffer =>
  text.startsWith(base64) ? Buffer.from(text.slice(base64.length), 'base64') : Buffer.from(text);
