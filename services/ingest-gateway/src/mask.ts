import { pointerTokens, type Source } from '@millrace/connectors';
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

/** The JSON as it came, byte for byte, with the values of its credentials cut out. The same buffer when there are none. */
export function maskBody(json: Buffer, source: Source): Buffer {
  const spans = credentialsIn(source, 'body:')
    .flatMap((pointer) => spansOf(json, pointerTokens(pointer)))
    .toSorted((one, other) => one.start - other.start);
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
