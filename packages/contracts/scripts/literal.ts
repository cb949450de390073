const reference: unique symbol = Symbol('reference');
interface Reference {
  readonly [reference]: string;
}
/** The name of a constant where a literal would hold a value. */
export const referTo = (name: string): Reference => ({ [reference]: name });

const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' && value !== null && reference in value;
const lineWidth = 120;

interface Place {
  /** How far the line is indented. */
  readonly indent?: number;
  /** Where in the line the value starts. */
  readonly column?: number;
}

/** A value as TypeScript source, laid out as Biome lays it out where one character follows it. */
export function literal(value: unknown, place: Place = {}): string {
  const { indent = 0, column = indent } = place;
  const one = oneLine(value);
  if (one !== null && column + one.length + 1 <= lineWidth) return one;
  const pad = ' '.repeat(indent + 2);
  if (Array.isArray(value))
    return lines(
      '[',
      ']',
      value.map((item) => pad + literal(item, { indent: indent + 2 })),
      indent,
    );
  if (typeof value === 'object' && value !== null && !isReference(value))
    return lines(
      '{',
      '}',
      entriesOf(value).map(([key, of]) => property(key, of, indent + 2)),
      indent,
    );
  return one ?? '';
}

/** `key: value`; a text that does not fit behind its key has a line of its own, unless the key is too short to gain by it. */
function property(key: string, value: unknown, indent: number): string {
  const head = `${' '.repeat(indent)}${key}: `;
  const text = literal(value, { indent, column: head.length });
  const fits = typeof value !== 'string' || key.length < 5 || head.length + text.length + 1 <= lineWidth;
  return fits ? head + text : `${head.trimEnd()}\n${' '.repeat(indent + 2)}${text}`;
}

const lines = (open: string, close: string, items: readonly string[], indent: number): string =>
  `${open}\n${items.map((item) => `${item},\n`).join('')}${' '.repeat(indent)}${close}`;

/** Null for what takes several lines however short it is: a list of several objects. */
function oneLine(value: unknown): string | null {
  if (isReference(value)) return value[reference];
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Array.isArray(value)
    ? value.map(oneLine)
    : entriesOf(value).map(([key, of]) => {
        const text = oneLine(of);
        return text === null ? null : `${key}: ${text}`;
      });
  if (parts.includes(null) || (Array.isArray(value) && value.length > 1 && value.every(hasSeveral))) return null;
  if (Array.isArray(value)) return `[${parts.join(', ')}]`;
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

const hasSeveral = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !isReference(value) && Object.keys(value).length > 1;

const entriesOf = (value: object): readonly (readonly [string, unknown])[] =>
  Object.entries(value)
    .filter(([, of]) => of !== undefined)
    .map(([key, of]) => [/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key), of]);

function quoted(text: string): string {
  const quote = text.split("'").length > text.split('"').length ? '"' : "'";
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll(quote, `\\${quote}`);
  return `${quote}${inside}${quote}`;
}
