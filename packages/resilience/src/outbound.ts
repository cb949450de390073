import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { halt, retry } from '@millrace/messaging';
import { Agent, request as send } from 'undici';
import { isPublicAddress } from './addresses.ts';
import { classifyHttp } from './classify-http.ts';
import { OutboundError } from './outbound-error.ts';

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** For an answer known to be long, such as a page of a history; the destination's own cap when absent. */
  readonly maxResponseBytes?: number;
}

export interface OutboundResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One destination's way out. Any status is an answer; what is not an answer is an `OutboundError`. */
export interface Outbound {
  send(request: OutboundRequest, signal: AbortSignal): Promise<OutboundResponse>;
  /** Lets what is running end, each within its own time limit, and closes the connections. Idempotent. */
  close(): Promise<void>;
}

export interface OutboundOptions {
  /**
   * Exact origins (`http://127.0.0.1:8100`) that need be neither https on 443 nor public:
   * the simulators of the embedded start, and systems of one's own network that an operator names.
   */
  readonly trustedOrigins?: readonly string[];
  /** How long a connection may take to stand. */
  readonly connectTimeoutMs?: number;
  /** How long the answer may take to begin, and between two parts of it. */
  readonly responseTimeoutMs?: number;
  /** How long the whole exchange may take. */
  readonly totalTimeoutMs?: number;
  readonly maxResponseBytes?: number;
  /** Connections kept to the destination. */
  readonly connections?: number;
  /** PEM; what signs the destination's certificate, where that is no public authority. */
  readonly ca?: string | undefined;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Opens a guarded way out: public https only unless trusted, no redirects, every phase timed, the answer capped. */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  const { connectTimeoutMs = 3_000, responseTimeoutMs = 10_000, totalTimeoutMs = 15_000 } = options;
  const { maxResponseBytes = 64 * 1024, connections = 32, now = Date.now } = options;
  const trusted = new Set((options.trustedOrigins ?? []).map((origin) => new URL(origin).origin));
  const timing = { headersTimeout: responseTimeoutMs, bodyTimeout: responseTimeoutMs, connections, pipelining: 1 };
  const connect = { timeout: connectTimeoutMs, ...(options.ca === undefined ? {} : { ca: options.ca }) };
  const guarded = new Agent({ ...timing, connect: { ...connect, lookup: publicLookup } });
  const open = new Agent({ ...timing, connect });
  let closing: Promise<void> | undefined;

  return {
    async send(request, signal) {
      const url = destinationUrl(request.url, trusted);
      const target = `${request.method} ${url.host}`;
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(totalTimeoutMs)]);
      try {
        // The caller's own signal, not the joined one: a consumer's may know more when it is looked at (it asks its fence).
        signal.throwIfAborted();
        const answer = await send(url, {
          method: request.method,
          headers: { 'user-agent': 'millrace', ...request.headers },
          body: request.body ?? null,
          dispatcher: trusted.has(url.origin) ? open : guarded,
          signal: deadline,
        });
        const body = await readCapped(answer.body, request.maxResponseBytes ?? maxResponseBytes, target);
        return { status: answer.statusCode, headers: flatten(answer.headers), body };
      } catch (thrown) {
        throw classifyHttp({ thrown }, { target, now: now() });
      }
    },
    close() {
      closing ??= Promise.all([guarded.close(), open.close()]).then(() => undefined);
      return closing;
    },
  };
}

function destinationUrl(text: string, trusted: ReadonlySet<string>): URL {
  const url = URL.parse(text);
  if (url === null) throw blocked('a destination needs an absolute URL');
  if (url.username !== '' || url.password !== '') throw blocked(`${url.host}: credentials do not belong in a URL`);
  if (trusted.has(url.origin)) return url;
  if (url.protocol !== 'https:' || url.port !== '') throw blocked(`${url.origin} is not https on port 443`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw blocked(`${host} is not a public address`);
  return url;
}

/** Resolves once and hands over only what was checked, so a name cannot answer differently the second time. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '', 0);
    const refused = found.find(({ address }) => !isPublicAddress(address));
    const first = found[0];
    if (first === undefined || refused !== undefined) {
      return callback(blocked(`${hostname} does not resolve to public addresses only`), '', 0);
    }
    if (options.all === true) return callback(null, found);
    return callback(null, first.address, first.family);
  });
};

async function readCapped(body: AsyncIterable<Buffer>, cap: number, target: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > cap) {
      // Leaving the loop destroys the stream, and with it the connection.
      throw new OutboundError('X_HTTP_RESPONSE_TOO_LARGE', `${target} answered more than ${cap} bytes`, {
        disposition: retry(),
        applied: 'unknown',
      });
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function blocked(reason: string): OutboundError {
  return new OutboundError('X_HTTP_BLOCKED', `Not sent: ${reason}`, { disposition: halt, applied: 'no' });
}
