import { instantOf, readInstant } from '@millrace/contracts';
import { CodedError, deadLetter } from '@millrace/messaging';
import { destinations, fitId, fitText } from '@millrace/text';
import { valueAtPointer } from './selector.ts';

/** What a normaliser reads of a payload. Total but for `required`: what is absent or of another kind is null. */
export interface DocumentFields {
  /** A text that is not empty, as every table can hold it. */
  text(pointer: string): string | null;
  /** An id, written as a text or as a whole number. */
  id(pointer: string): string | null;
  /** A whole number. */
  integer(pointer: string): number | null;
  /** Texts of an array, or of one text separated by spaces. */
  words(pointer: string): readonly string[];
  /** Epoch milliseconds of an instant in any unit or as ISO 8601. */
  instant(pointer: string): number | null;
  /** `invalid.<name>` for every instant that was stated and is no time, with the beginning of what was: for `attributes`. */
  invalidInstants(pointers: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /** Each element of an array as fields of its own. */
  items(pointer: string): readonly DocumentFields[];
  /** True when something other than null is there. */
  has(pointer: string): boolean;
  /** What a reader found, or a dead letter that names the field. */
  required<T>(found: T | null, name: string): T;
}

export function fieldsOf(document: unknown): DocumentFields {
  const at = (pointer: string): unknown => valueAtPointer(document, pointer);
  return {
    text: (pointer) => textOf(at(pointer)),
    id: (pointer) => idOf(at(pointer)),
    integer: (pointer) => {
      const value = at(pointer);
      return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
    },
    words: (pointer) => {
      const value = at(pointer);
      const words: readonly unknown[] =
        typeof value === 'string' ? value.split(/\s+/) : Array.isArray(value) ? value : [];
      return words.flatMap((word) => textOf(word) ?? []);
    },
    instant: (pointer) => instantOf(at(pointer)),
    invalidInstants: (pointers) =>
      Object.fromEntries(
        Object.entries(pointers).flatMap(([name, pointer]) => {
          const stated = at(pointer);
          return readInstant(stated).kind === 'impossible' ? [[`invalid.${name}`, noteOf(stated)]] : [];
        }),
      ),
    items: (pointer) => {
      const value = at(pointer);
      return Array.isArray(value) ? value.map(fieldsOf) : [];
    },
    has: (pointer) => at(pointer) != null,
    required: (found, name) => {
      if (found !== null) return found;
      throw new CodedError('X_NORMALISE_FIELD_MISSING', `expected ${name} in the payload`, {
        disposition: deadLetter,
        step: 'validate',
      });
    },
  };
}

/** The part of an address after its last @, in lower case; null when it is no address. */
export function emailDomainOf(email: string | null): string | null {
  return /^[^\s@]+@([^\s@]+)$/.exec(email ?? '')?.[1]?.toLowerCase() ?? null;
}

/** Entries that have a value, in the order given: an entity's `attributes`. */
export function attributesOf(entries: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== null));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? fitText(value, destinations.postgres) : null;
}

function idOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? fitId(value) : null;
}

/** Enough to see what kind of mistake it is, and no place to carry text through. */
const longestNote = { nul: false, controls: 'replaced', most: { count: 40, measure: 'utf16' } } as const;

function noteOf(stated: unknown): string {
  if (typeof stated === 'string') return fitText(stated, longestNote);
  return typeof stated === 'number'
    ? String(stated)
    : `a value of type ${Array.isArray(stated) ? 'array' : typeof stated}`;
}
