import { promisify } from 'node:util';
import {
  brotliDecompress,
  brotliDecompressSync,
  gunzip,
  gunzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  constants as zlib,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib';
import { bodyError } from './body-error.ts';

interface Limits {
  readonly maxOutputLength: number;
}
interface Unpacker {
  readonly sync: (body: Buffer, limits: Limits) => Buffer;
  readonly pooled: (body: Buffer, limits: Limits) => Promise<Buffer>;
}

const gzip: Unpacker = { sync: gunzipSync, pooled: promisify(gunzip) };
const zlibStream: Unpacker = { sync: inflateSync, pooled: promisify(inflate) };
const rawStream: Unpacker = { sync: inflateRawSync, pooled: promisify(inflateRaw) };
/** `deflate` is a zlib stream by the standard, and many senders leave out its two header bytes. */
const deflate: Unpacker = {
  sync: (body, limits) => deflateStreamOf(body).sync(body, limits),
  pooled: (body, limits) => deflateStreamOf(body).pooled(body, limits),
};
const pooledZstd = promisify(zstdDecompress);
/** A frame names its own window, up to gigabytes; 8 MiB is what RFC 8878 asks every decoder to have. */
const zstdLimits = { params: { [zlib.ZSTD_d_windowLogMax]: 23 } };
const zstd: Unpacker = {
  sync: (body, limits) => zstdDecompressSync(body, { ...limits, ...zstdLimits }),
  pooled: (body, limits) => pooledZstd(body, { ...limits, ...zstdLimits }),
};
// A map, not an object: `constructor` is no encoding.
const unpackers: ReadonlyMap<string, Unpacker> = new Map([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', deflate],
  ['br', { sync: brotliDecompressSync, pooled: promisify(brotliDecompress) }],
  ['zstd', zstd],
]);

/** For the `Accept-Encoding` of a refusal. */
export const acceptedEncodings = 'gzip, deflate, br, zstd, identity';
const encodingExpected = 'expected gzip, deflate, br, zstd or identity as content-encoding';

/** True when `unpackBody` knows how. Of several compressions on top of each other, none: no webhook sender does that. */
export function isKnownEncoding(contentEncoding: string | undefined): boolean {
  const codings = codingsOf(contentEncoding);
  return codings.length === 0 || (codings.length === 1 && unpackers.has(codings[0] ?? ''));
}

/**
 * What the body says once its content-encoding is undone. Stops at `maxBytes`, so that a bomb costs no more than that.
 * Only ever after verification: before it, nobody is owed the work.
 */
export function unpackBody(body: Buffer, contentEncoding: string | undefined, maxBytes: number): Buffer {
  const unpacker = unpackerFor(contentEncoding);
  if (unpacker === null) return body;
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
  const unpacker = unpackerFor(contentEncoding);
  if (unpacker === null) return body;
  try {
    return await unpacker.pooled(body, { maxOutputLength: maxBytes });
  } catch (error) {
    throw unpackingError(error, maxBytes);
  }
}

/** Null for a body that is as it is. */
function unpackerFor(contentEncoding: string | undefined): Unpacker | null {
  const codings = codingsOf(contentEncoding);
  if (codings.length === 0) return null;
  const unpacker = codings.length === 1 ? unpackers.get(codings[0] ?? '') : undefined;
  if (unpacker === undefined) throw bodyError('X_BODY_ENCODING_UNKNOWN', encodingExpected);
  return unpacker;
}

function unpackingError(error: unknown, maxBytes: number): Error {
  if (Error.isError(error) && (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
    return bodyError('X_BODY_TOO_LARGE', `the body unpacks to more than ${maxBytes} bytes`);
  return bodyError('X_BODY_NOT_DECODABLE', 'the body does not unpack as its content-encoding says', error);
}

/** What senders write for a body that is as it is: values of another header (Content-Transfer-Encoding), and `none`. */
const notCompressed: ReadonlySet<string> = new Set(['', 'identity', 'none', 'binary', '7bit', '8bit']);
const mostCodings = 8;

/**
 * The compressions in the order in which they were applied. Senders often name their character set here (`UTF-8`):
 * that says nothing of compression, so it counts as none.
 */
function codingsOf(contentEncoding = ''): readonly string[] {
  const said = contentEncoding.split(',');
  // Longer than any sender's list: unknown as it is, before each entry is looked at.
  if (said.length > mostCodings) return said;
  return said
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => !notCompressed.has(coding) && !isCharset(coding) && !isMediaType(coding));
}

/** Families of character sets: who misnames the header misspells its value too (`utf_8`), or has one that we need not read. */
const charsetFamily =
  /^(?:utf|ucs|unicode|cesu|iso|us-ascii|ascii|ansi|latin|windows|cp|ibm|koi8|mac|euc|shift|big5|gb)[\w.:-]*$/;

function isCharset(coding: string): boolean {
  if (unpackers.has(coding)) return false;
  const [named = ''] = coding.replace(/^charset=/, '').split(';', 1);
  const name = named.trim().replace(/^"(.*)"$/, '$1');
  if (charsetFamily.test(name)) return true;
  try {
    new TextDecoder(name);
    return true;
  } catch {
    return false;
  }
}

/** The value of Content-Type; `application/gzip` says that something is packed, and not what is in it. */
const isMediaType = (coding: string): boolean =>
  /^[\w.+-]+\/[\w.+-]+(?:;.*)?$/.test(coding) && !/zip|zstd|compress|deflate/.test(coding);

/** A zlib stream begins with its method, 8, and two bytes that 31 divides. */
function deflateStreamOf(body: Buffer): Unpacker {
  const [method = 0, flags = 0] = body;
  return (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0 ? zlibStream : rawStream;
}
