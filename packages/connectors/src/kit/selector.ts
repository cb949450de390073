import { instantOf } from '@millrace/contracts';

/**
 * Where one text stands in a request, as data. `body:` takes an RFC 6901 pointer into the parsed body
 * (`body:/event/id`), `header:` a lower-case header name, `query:` a parameter, `const:` the text itself.
 */
export type Pointer = `body:/${string}` | `header:${string}` | `query:${string}` | `const:${string}`;

/** How to get one text out of a request; the result is null when nothing is there. */
export type Selector =
  | Pointer
  /** The first that finds something. */
  | { readonly anyOf: readonly Selector[] }
  /** All that find something, joined; null when the first finds nothing. */
  | { readonly join: string; readonly of: readonly Selector[] }
  /** What is found, without this beginning where it has it. */
  | { readonly from: Selector; readonly strip: string }
  /** What is found, but only where the other is there too: two kinds of body may use one name for two things. */
  | { readonly given: Pointer; readonly select: Selector };

/** What selectors look into. `document` is the parsed body, or undefined before it is parsed. */
export interface RequestView {
  readonly document: unknown;
  /** First value of a header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly query: URLSearchParams;
}

/** Longer texts are no ids: they are treated as absent, so that keys and ids stay bounded. */
const longestText = 512;

/** Total: any request and any document give a text or null. */
export function select(selector: Selector, view: RequestView): string | null {
  if (typeof selector === 'string') return textOf(valueAt(selector, view));
  if ('anyOf' in selector) {
    for (const candidate of selector.anyOf) {
      const found = select(candidate, view);
      if (found !== null) return found;
    }
    return null;
  }
  if ('join' in selector) {
    const found = selector.of.map((part) => select(part, view));
    return found[0] == null ? null : found.filter((part) => part !== null).join(selector.join);
  }
  if ('given' in selector) return select(selector.given, view) === null ? null : select(selector.select, view);
  const found = select(selector.from, view);
  return found?.startsWith(selector.strip) ? found.slice(selector.strip.length) || null : found;
}

/** Epoch milliseconds of the first instant that a selector finds, in whatever unit it was sent; null when it finds none. */
export function selectInstant(selector: Selector, view: RequestView): number | null {
  if (typeof selector === 'string') return instantOf(valueAt(selector, view));
  if (!('anyOf' in selector)) return instantOf(select(selector, view));
  for (const candidate of selector.anyOf) {
    const found = selectInstant(candidate, view);
    if (found !== null) return found;
  }
  return null;
}

/** Every pointer a selector may follow. */
export function pointersOf(selector: Selector): readonly Pointer[] {
  if (typeof selector === 'string') return [selector];
  if ('anyOf' in selector) return selector.anyOf.flatMap(pointersOf);
  if ('join' in selector) return selector.of.flatMap(pointersOf);
  return pointersOf('given' in selector ? selector.select : selector.from);
}

/** The value at an RFC 6901 pointer; own properties only, so `__proto__` finds nothing that was not sent. */
export function valueAtPointer(document: unknown, pointer: string): unknown {
  let value = document;
  for (const token of pointerTokens(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[token];
  }
  return value;
}

/** `/a~1b/0` → `['a/b', '0']`. */
export function pointerTokens(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(pointer: Pointer, view: RequestView): unknown {
  const colon = pointer.indexOf(':');
  const where = pointer.slice(colon + 1);
  switch (pointer.slice(0, colon)) {
    case 'body':
      return valueAtPointer(view.document, where);
    case 'header':
      return view.header(where);
    case 'query':
      return view.query.get(where) ?? undefined;
    default:
      return where;
  }
}

/**
 * Numbers that JavaScript cannot hold exactly count as absent: two neighbours would read alike,
 * and the second would be answered as a duplicate and lost.
 */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value !== '' && value.length <= longestText ? value : null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return null;
}
