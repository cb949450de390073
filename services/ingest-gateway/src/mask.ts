import { type BodyType, parseDocument, pointerTokens, type Source } from '@millrace/connectors';
import { spansOf } from './json-span.ts';

const redacted = '[redacted]';
/** Whatever the source: these never prove what a body says, and always open something. */
const alwaysSecret: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  'x-auth-token',
]);

interface Header {
  readonly name: string;
  readonly value: string;
}

/** All headers in their order, with the values that are credentials masked. */
export function maskHeaders(headers: readonly Header[], source: Source): readonly Header[] {
  const own = new Set(credentialsIn(source, 'header:'));
  return headers.map(({ name, value }) => {
    const known = name.toLowerCase();
    return { name, value: alwaysSecret.has(known) || own.has(known) ? redacted : value };
  });
}

/** The query as it came, with the values of its credentials masked. */
export function maskQuery(query: string, source: Source): string {
  const own = new Set(credentialsIn(source, 'query:'));
  if (own.size === 0) return query;
  return query
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=', 1);
      return own.has(decoded(name)) ? `${name}=${redacted}` : pair;
    })
    .join('&');
}

/**
 * The body as it came, byte for byte, with the values of its credentials cut out. The same buffer when there are none.
 * In a form they are looked for among its fields and inside of the field that holds JSON.
 */
export function maskBody(body: Buffer, source: Source, type: BodyType): Buffer {
  const paths = credentialsIn(source, 'body:').map(pointerTokens);
  if (paths.length === 0) return body;
  return type.kind === 'json' ? maskJson(body, paths) : maskForm(body, paths, type.field);
}

function maskJson(json: Buffer, paths: readonly (readonly string[])[]): Buffer {
  const spans = paths.flatMap((path) => spansOf(json, path)).toSorted((one, other) => one.start - other.start);
  if (spans.length === 0) return json;
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    if (start < from) continue;
    pieces.push(json.subarray(from, start), Buffer.from(JSON.stringify(redacted)));
    from = end;
  }
  return Buffer.concat([...pieces, json.subarray(from)]);
}

/** Pair by pair, read as the parser reads them; a pair that holds no credential keeps its bytes. */
function maskForm(body: Buffer, paths: readonly (readonly string[])[], jsonField: string | undefined): Buffer {
  const secretFields = new Set(paths.map(([name]) => name));
  const pairs = body.toString('utf8').split('&');
  const masked = pairs.map((pair) => {
    // The byte order mark is no part of the first name, here as for the parser.
    const [[name, value] = ['', '']] = new URLSearchParams(pair.replace(/^\ufeff/, ''));
    if (name === jsonField) return maskedJsonPair(pair, value, paths);
    return secretFields.has(name) ? `${pair.split('=', 1)[0]}=${encodeURIComponent(redacted)}` : pair;
  });
  return masked.every((pair, index) => pair === pairs[index]) ? body : Buffer.from(masked.join('&'));
}

/** A repeated field is masked each time, though the parser reads the first alone: what is no JSON is cut out whole. */
function maskedJsonPair(pair: string, value: string, paths: readonly (readonly string[])[]): string {
  const json = Buffer.from(value);
  const masked = isJson(value) ? maskJson(json, paths) : Buffer.from(redacted);
  return masked === json ? pair : `${pair.split('=', 1)[0]}=${encodeURIComponent(masked.toString('utf8'))}`;
}

function isJson(text: string): boolean {
  try {
    parseDocument(Buffer.from(text), { kind: 'json' });
    return true;
  } catch {
    return false;
  }
}

function credentialsIn(source: Source, where: 'header:' | 'query:' | 'body:'): readonly string[] {
  return source.credentials
    .filter((pointer) => pointer.startsWith(where))
    .map((pointer) => pointer.slice(where.length));
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
