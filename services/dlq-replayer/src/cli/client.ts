import { z } from 'zod';
import { CliError, exitCodeOf } from './cli-error.ts';

export interface Request {
  readonly method?: 'GET' | 'POST';
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** A file as it is. */
  readonly bytes?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** Speaks HTTP to one of our listeners. A refusal becomes a `CliError` with the code and sentence of the answer. */
export type Client = <T>(path: string, request?: Request) => Promise<T>;

const problem = z.object({ code: z.string(), detail: z.string() });

export interface ClientOptions {
  readonly url: string;
  readonly token: string;
  /** Who acts, for the audit. */
  readonly actor: string | undefined;
}

export function createClient({ url, token, actor }: ClientOptions): Client {
  return async <T>(path: string, { method = 'GET', query = {}, body, bytes, signal }: Request = {}): Promise<T> => {
    const address = new URL(path, url);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) address.searchParams.set(name, String(value));
    const response = await fetch(address, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(actor === undefined ? {} : { 'millrace-actor': actor }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
      },
      redirect: 'error',
      ...(body === undefined && bytes === undefined ? {} : { body: bytes ?? JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      throw unreachable(address, error);
    });
    if (response.ok) return (await response.json()) as T;
    throw await refusal(response, address);
  };
}

function unreachable(address: URL, error: unknown): CliError {
  const cause = (error as { cause?: { code?: unknown } }).cause?.code;
  const why = typeof cause === 'string' ? ` (${cause})` : '';
  return new CliError('X_CLI_UNREACHABLE', `${address.origin} does not answer${why}: is Millrace running?`);
}

async function refusal(response: Response, address: URL): Promise<CliError> {
  const parsed = problem.safeParse(await response.json().catch(() => null));
  if (!parsed.success) return new CliError('X_CLI_UNREACHABLE', `${address.origin} answered ${response.status}`);
  return new CliError(parsed.data.code, parsed.data.detail, exitCodeOf(parsed.data.code));
}
