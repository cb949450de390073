export interface RegistryAddress {
  /** With the path of the Confluent-compatible API where there is one: `…/apis/ccompat/v7`. */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string };
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
export function registryRequests({ url, auth, timeoutMs = registryTimeoutMs }: RegistryAddress): RegistryRequest {
  const base = url.replace(/\/+$/, '');
  const authorization =
    auth === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
