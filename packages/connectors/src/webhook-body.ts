import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { CodedError, deadLetter } from '@millrace/messaging';
import type { BodyType } from './source.ts';
import type { SourceErrorCode } from './source-errors.ts';

const unpackers = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
} as const;

/** True when `unpackBody` knows how. Of several encodings on top of each other, none: no webhook sender does that. */
export function isKnownEncoding(contentEncoding: string | undefined): boolean {
  return isIdentity(contentEncoding) || encodingOf(contentEncoding) in unpackers;
}

/**
 * What the body says once its content-encoding is undone. Stops at `maxBytes`, so that a bomb costs no more than that.
 * Only ever after verification: before it, nobody is owed the work.
 */
export function unpackBody(body: Buffer, contentEncoding: string | undefined, maxBytes: number): Buffer {
  if (isIdentity(contentEncoding)) return body;
  const encoding = encodingOf(contentEncoding);
  if (!(encoding in unpackers))
    throw bodyError('X_BODY_ENCODING_UNKNOWN', 'expected gzip, deflate, br or identity as content-encoding');
  try {
    return unpackers[encoding as keyof typeof unpackers](body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (Error.isError(error) && (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw bodyError('X_BODY_TOO_LARGE', `the body unpacks to more than ${maxBytes} bytes`);
    throw bodyError('X_BODY_NOT_DECODABLE', `the body does not unpack as ${encoding}`, error);
  }
}

/** The kind of body a content type announces, among those a source takes; undefined when it is none of them. */
export function bodyTypeOf(contentType: string | undefined, types: readonly BodyType[]): BodyType | undefined {
  const media = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (media === 'application/x-www-form-urlencoded') return types.find(({ kind }) => kind === 'form');
  if (media === 'application/json' || /^application\/[a-z0-9.!#$&^_-]+\+json$/.test(media))
    return types.find(({ kind }) => kind === 'json');
  return undefined;
}

/** The parsed body. Throws a coded error on an empty one, on bad UTF-8, and on anything that is not JSON. */
export function parseDocument(body: Buffer, type: BodyType): unknown {
  if (body.length === 0) throw bodyError('X_BODY_EMPTY', 'expected a body');
  const text = type.kind === 'form' ? formField(utf8(body), type.field) : utf8(body);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw bodyError('X_BODY_NOT_JSON', 'expected well-formed JSON', error);
  }
}

function formField(text: string, field: string): string {
  const value = new URLSearchParams(text).get(field);
  if (value === null) throw bodyError('X_BODY_FORM_FIELD_MISSING', `expected a form with the field ${field}`);
  return value;
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw bodyError('X_BODY_NOT_UTF8', 'expected UTF-8', error);
  }
}

function isIdentity(contentEncoding: string | undefined): boolean {
  return contentEncoding === undefined || ['', 'identity'].includes(encodingOf(contentEncoding));
}

function encodingOf(contentEncoding: string | undefined): string {
  return contentEncoding?.trim().toLowerCase() ?? '';
}

// V8's JSON errors quote the text around the fault, so the cause stays out of the message.
function bodyError(code: SourceErrorCode, message: string, cause?: unknown): CodedError {
  return new CodedError(code, message, { disposition: deadLetter, step: 'decode', cause });
}
