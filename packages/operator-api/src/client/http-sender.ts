import { z } from 'zod';
import type { FileBytes } from '../endpoint/define-endpoint.ts';
import { Refusal } from '../endpoint/refusal.ts';
import { refusal } from '../errors.ts';
import type { Send } from './operator-client.ts';

export interface HttpSenderOptions {
  readonly url: string;
  readonly token: string;
  /** Put before each path: `/admin` for the gateway's admin listener. */
  readonly prefix?: string;
  /** A note for the audit; who acts is told by the token alone. */
  readonly onBehalfOf?: string | undefined;
}

const problem = z.object({
  code: z.string(),
  title: z.string().default(''),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).default([]),
});

/** The transport over `fetch`; follows no redirect, because it carries a token. */
export function httpSender({ url, token, prefix = '', onBehalfOf }: HttpSenderOptions): Send {
  return async ({ method, path, query, body, file }, signal) => {
    const address = new URL(`${prefix}${path}`, url);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const content = file !== undefined ? contentOf(file.bytes) : body === undefined ? undefined : JSON.stringify(body);
    const response = await fetch(address, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(onBehalfOf === undefined ? {} : { 'millrace-actor': onBehalfOf }),
        ...(content === undefined ? {} : { 'content-type': file?.type ?? 'application/json' }),
      },
      redirect: 'error',
      ...(content === undefined ? {} : { body: content as string, duplex: 'half' }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      if (signal?.aborted === true) throw signal.reason;
      throw unreachable(address, error);
    });
    if (response.ok) {
      return response.json().catch((error: unknown) => {
        throw notOurs(address, response.status, error);
      });
    }
    throw await refused(response, address);
  };
}

const contentOf = (bytes: FileBytes): Uint8Array | ReadableStream =>
  bytes instanceof Uint8Array ? bytes : ReadableStream.from(bytes);

function unreachable({ origin }: URL, cause: unknown): Refusal {
  const code = (cause as { cause?: { code?: unknown } }).cause?.code;
  const why = typeof code === 'string' ? ` (${code})` : '';
  return refusal('X_OPERATOR_UNREACHABLE', 503, {
    detail: `${origin} does not answer${why}: is Millrace running?`,
    cause,
  });
}

function notOurs({ origin }: URL, status: number, cause?: unknown): Refusal {
  return refusal('X_OPERATOR_UNREACHABLE', 502, { detail: `${origin} answered ${status}`, cause });
}

async function refused(response: Response, address: URL): Promise<Refusal> {
  const parsed = problem.safeParse(await response.json().catch(() => null));
  if (!parsed.success) return notOurs(address, response.status);
  const { code, title, detail, errors } = parsed.data;
  return new Refusal({ code, title, detail, errors, status: response.status });
}
