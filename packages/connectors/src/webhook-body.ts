import { promisify } from 'node:util';
import { brotliDecompress, brotliDecompressSync, gunzip, gunzipSync, inflate, inflateSync } from 'node:zlib';
import { CodedError, deadLetter } from '@millrace/messaging';
import type { BodyType } from './source.ts';
import type { SourceErrorCode } from './source-errors.ts';

interface Unpacker {
  readonly sync: (body: Buffer, options: { maxOutputLength: number }) => Buffer;
  readonly pooled: (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
}

const gzip: Unpacker = { sync: gunzipSync, pooled: promisify(gunzip) };
// A map, not an object: `constructor` is no encoding.
const unpackers: ReadonlyMap<string, Unpacker> = new Map([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', { sync: inflateSync, pooled: promisify(inflate) }],
  ['br', { sync: brotliDecompressSync, pooled: promisify(brotliDecompress) }],
]);

/** True when `unpackBody` knows how. Of several encodings on top of each other, none: no webhook sender does that. */
export function isKnownEncoding(contentEncoding: string | undefined): boolean {
  return isIdentity(contentEncoding) || unpackers.has(encodingOf(contentEncoding));
}

/**
 * What the body says once its content-encoding is undone. Stops at `maxBytes`, so that a bomb costs no more than that.
 * Only ever after verification: before it, nobody is owed the work.
 */
export function unpackBody(body: Buffer, contentEncoding: string | undefined, maxBytes: number): Buffer {
  if (isIdentity(contentEncoding)) return body;
  const unpacker = unpackerFor(contentEncoding);
  try {
    return unpacker.sync(body, { maxOutputLength: maxBytes });
  } catch (error) {
    throw unpackingError(error, maxBytes);
  }
}

/** The same off the event loop, for a process that has others to answer meanwhile. */
export async function unpackBodyPooled(
  body: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  if (isIdentity(contentEncoding)) return body;
  const unpacker = unpackerFor(contentEncoding);
  try {
    return await unpacker.pooled(body, { maxOutputLength: maxBytes });
  } catch (error) {
    throw unpackingError(error, maxBytes);
  }
}

function unpackerFor(contentEncoding: string | undefined): Unpacker {
  const unpacker = unpackers.get(encodingOf(contentEncoding));
  if (unpacker === undefined)
    throw bodyError('X_BODY_ENCODING_UNKNOWN', 'expected gzip, deflate, br or identity as content-encoding');
  return unpacker;
}

function unpackingError(error: unknown, maxBytes: number): CodedError {
  if (Error.isError(error) && (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
    return bodyError('X_BODY_TOO_LARGE', `the body unpacks to more than ${maxBytes} bytes`);
  return bodyError('X_BODY_NOT_DECODABLE', 'the body does not unpack as its content-encoding says', error);
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
