import { destinations, fitText, fitValue } from '@millrace/text';
import avsc from 'avsc';

interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  skipLong(): void;
  readString(): string;
  writeString(text: string): void;
}
interface Readable {
  _read(tap: Tap): unknown;
}

/**
 * avsc believes the item count it reads and notices the end of the buffer only afterwards: six random bytes can ask for
 * 2^50 items and hold the process until memory ends. No item of ours takes less than a byte, so a count beyond the bytes
 * left is a lie.
 */
function readCount(tap: Tap): number {
  const count = tap.readLong();
  if (count < 0) tap.skipLong(); // the block's size in bytes follows a negative count
  const items = Math.abs(count);
  if (!(items <= tap.buf.length - tap.pos)) throw new RangeError('item count is beyond the bytes left');
  return items;
}

// The published types of avsc leave out constructors and `_read`, the documented way to make a custom type.
const { ArrayType, MapType, StringType } = avsc.types as unknown as Record<
  'ArrayType' | 'MapType',
  new (
    schema: unknown,
    options: unknown,
  ) => avsc.Type & { _write(tap: Tap, value: unknown): void }
> & { readonly StringType: new () => avsc.Type & { _write(tap: Tap, value: unknown): void } };

/** avsc writes half a surrogate pair as three bytes that are no UTF-8, and whoever reads them strictly refuses the record. */
class WellFormedString extends StringType {
  override _write(tap: Tap, value: unknown): void {
    super._write(tap, typeof value === 'string' ? fitText(value, destinations.avro) : value);
  }
}

class BoundedArray extends ArrayType {
  declare readonly itemsType: Readable;

  _read(tap: Tap): unknown[] {
    const items: unknown[] = [];
    for (let count = readCount(tap); count > 0; count = readCount(tap)) {
      for (; count > 0; count--) items.push(this.itemsType._read(tap));
    }
    return items;
  }
}

class BoundedMap extends MapType {
  declare readonly valuesType: Readable;

  /** Names are texts too. */
  override _write(tap: Tap, value: unknown): void {
    super._write(tap, isMap(value) && Object.keys(value).some(isBroken) ? fitValue(value, destinations.avro) : value);
  }

  _read(tap: Tap): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (let count = readCount(tap); count > 0; count = readCount(tap)) {
      for (; count > 0; count--) {
        const key = tap.readString();
        const value = this.valuesType._read(tap);
        if (key === '__proto__')
          Object.defineProperty(values, key, { value, enumerable: true, writable: true, configurable: true });
        else values[key] = value;
      }
    }
    return values;
  }
}

const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isBroken = (name: string): boolean => !name.isWellFormed();

/** Parses a schema: every text that is written is UTF-8; decoding is bounded by its bytes and makes plain objects, through resolvers too. */
export function parseBounded(schema: object): avsc.Type {
  const type = avsc.Type.forSchema(
    schema as avsc.Schema,
    {
      omitRecordMethods: true,
      typeHook: (node: unknown, options: unknown) => {
        const kind = typeof node === 'string' ? node : (node as { readonly type?: unknown } | null)?.type;
        if (kind === 'string') return new WellFormedString();
        if (kind === 'array') return new BoundedArray(node, options);
        if (kind === 'map') return new BoundedMap(node, options);
        return undefined;
      },
    } as object,
  );
  makePlain(type, new Set());
  return type;
}

/**
 * avsc makes a class per record, so that a decoded value would not deep-equal what was encoded.
 * Its constructors keep their speed and make plain objects once they share Object's prototype.
 */
function makePlain(type: avsc.Type, seen: Set<avsc.Type>): void {
  if (seen.has(type)) return;
  seen.add(type);
  const parts = partsOf(type);
  if (parts.recordConstructor) parts.recordConstructor.prototype = Object.prototype;
  for (const field of parts.fields ?? []) makePlain(field.type, seen);
  for (const inner of [parts.itemsType, parts.valuesType, ...(parts.types ?? [])]) if (inner) makePlain(inner, seen);
}

/** What a type is made of; the published types of avsc do not say. */
export interface TypeParts {
  readonly recordConstructor?: { prototype: object };
  readonly fields?: readonly { readonly name: string; readonly type: avsc.Type }[];
  readonly itemsType?: avsc.Type;
  readonly valuesType?: avsc.Type;
  readonly types?: readonly avsc.Type[];
  readonly symbols?: readonly string[];
}
export const partsOf = (type: avsc.Type): TypeParts => type as unknown as TypeParts;
