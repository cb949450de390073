import { bodyError } from './body-error.ts';
import { unpackBody } from './content-encoding.ts';
import { headerOf, type SentHeader } from './normalise.ts';
import type { BodyType } from './source.ts';

const formMedia = 'application/x-www-form-urlencoded';
/** Labels of text that say nothing of its structure: senders and relays put JSON under them. */
const plainMedia: ReadonlySet<string> = new Set(['', 'text/plain', 'text/json']);

/** True when a content type says JSON. Parameters mean nothing: JSON is UTF-8, whatever charset is named. */
export function isJsonType(contentType: string | undefined): boolean {
  const media = mediaOf(contentType);
  return media === 'application/json' || /^application\/[a-z0-9.!#$&^_+-]+\+json$/.test(media);
}

/**
 * The kind of body a content type announces, among those a source takes; undefined when it is none of them. One that
 * says nothing, or is missing, is taken for what the source sends first: its signature proves the bytes and parsing
 * proves their form, and to refuse a genuine delivery for its label would lose it.
 */
export function bodyTypeOf(contentType: string | undefined, types: readonly BodyType[]): BodyType | undefined {
  const media = mediaOf(contentType);
  if (media === '') return types[0];
  if (media === formMedia) return types.find(({ kind }) => kind === 'form');
  if (isJsonType(contentType) || plainMedia.has(media)) return types.find(({ kind }) => kind === 'json');
  return undefined;
}

/** The media types of bodies that a source takes, for who sent another. */
export function mediaTypesOf(types: readonly BodyType[]): readonly string[] {
  return [...new Set(types.map(({ kind }) => (kind === 'json' ? 'application/json' : formMedia)))];
}

/**
 * The parsed body: JSON, or the fields of a form as an object of texts (of lists of texts where a name is repeated).
 * Throws a coded error on an empty one, on bad UTF-8, and on anything that is not what its type says.
 */
export function parseDocument(body: Buffer, type: BodyType): unknown {
  if (body.length === 0) throw bodyError('X_BODY_EMPTY', 'expected a body');
  if (type.kind === 'json') return parseJson(utf8(body));
  if (hasMoreFields(body, mostFields))
    throw bodyError('X_BODY_TOO_LARGE', `the form has more than ${mostFields} fields`);
  return parseForm(utf8(body), type);
}

/** What a source takes for a body. */
export interface AcceptedBody {
  readonly types: readonly BodyType[];
  readonly maxBytes: number;
}

/**
 * What a kept body says: the document that the door read, unless a credential was cut out of it. Unpacked and parsed here,
 * once for everybody who needs it.
 */
export function documentOf(
  { body, headers }: { readonly body: Buffer; readonly headers: readonly SentHeader[] },
  { types, maxBytes }: AcceptedBody,
): unknown {
  const unpacked = unpackBody(body, headerOf(headers, 'content-encoding'), maxBytes);
  return parseDocument(unpacked, bodyTypeOf(headerOf(headers, 'content-type'), types) ?? { kind: 'json' });
}

/** Each field costs microseconds: the megabytes that a body may have would be a million of them. */
const mostFields = 10_000;

function hasMoreFields(form: Buffer, most: number): boolean {
  let fields = 1;
  for (let at = form.indexOf('&'); at >= 0 && fields <= most; at = form.indexOf('&', at + 1)) fields += 1;
  return fields > most;
}

function parseForm(text: string, type: Extract<BodyType, { kind: 'form' }>): unknown {
  const form = new URLSearchParams(text);
  const json = type.field === undefined ? null : form.get(type.field);
  if (json !== null) return parseJson(json);
  if (type.field !== undefined && type.bare !== true)
    throw bodyError('X_BODY_FORM_FIELD_MISSING', `expected a form with the field ${type.field}`);
  return Object.fromEntries(
    [...Map.groupBy(form, ([name]) => name)].map(([name, pairs]) => {
      const values = pairs.map(([, value]) => value);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text) as unknown;
  } catch (error) {
    throw bodyError('X_BODY_NOT_JSON', 'expected well-formed JSON', error);
  }
}

/** Without a byte order mark, which is no part of JSON. */
function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw bodyError('X_BODY_NOT_UTF8', 'expected UTF-8', error);
  }
}

function mediaOf(contentType: string | undefined): string {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
