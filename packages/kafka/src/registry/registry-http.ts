import { readFileSync } from 'node:fs';
import { CodedError, halt } from '@millrace/messaging';

export interface RegistryAddress {
  /** With the path of the Confluent-compatible API where there is one: `…/apis/ccompat/v7`. */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** PEM; read once. */
  readonly caFile?: string;
  readonly timeoutMs?: number;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly body: unknown;
}

export const registryTimeoutMs = 5_000;
const contentType = 'application/vnd.schemaregistry.v1+json';

export type RegistryRequest = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<RegistryAnswer>;

/** Plain requests with a deadline. Answers whatever status came, except that a server's own failure is thrown. */
export function registryRequests({
  url,
  auth,
  caFile,
  timeoutMs = registryTimeoutMs,
}: RegistryAddress): RegistryRequest {
  const base = url.replace(/\/+$/, '');
  const authorization =
    auth === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
  const fetch = caFile === undefined ? globalThis.fetch : fetchTrusting(caFile);
  return async (method, path, body) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { accept: `${contentType}, application/json`, 'content-type': contentType, ...authorization },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status >= 500 || response.status === 401 || response.status === 403 || response.status === 429)
      throw Object.assign(new Error(`${method} ${path} answered ${response.status}`), { status: response.status });
    return { status: response.status, body: parse(text) };
  };
}

/** The certificates of `caFile`. */
export function readRegistryCa(caFile: string): string {
  try {
    return readFileSync(caFile, 'utf8');
  } catch (cause) {
    const reason = String((cause as { readonly code?: unknown }).code);
    throw new CodedError('X_REGISTRY_REFUSED', `MILLRACE_REGISTRY_CA_FILE: ${caFile} cannot be read (${reason})`, {
      disposition: halt,
      step: 'decode',
      cause,
    });
  }
}

/** The platform's own `fetch` trusts public certificates alone. */
function fetchTrusting(caFile: string): typeof globalThis.fetch {
  const ca = readRegistryCa(caFile);
  const opening = import('undici').then(({ Agent, fetch }) => ({ fetch, dispatcher: new Agent({ connect: { ca } }) }));
  return async (input, init) => {
    const { fetch, dispatcher } = await opening;
    return (await fetch(input as string, { ...(init as object), dispatcher })) as unknown as Response;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
