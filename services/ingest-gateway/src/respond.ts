import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Refusal } from './outcome.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Malformed request',
  401: 'Not proven',
  403: 'Not allowed',
  404: 'Unknown',
  405: 'Method not allowed',
  408: 'Body too slow',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported type',
  422: 'Invalid event',
  429: 'Too fast',
  431: 'Headers too large',
  503: 'Not now',
};

/** What is written to the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function wireAnswer(answer: Answer): WireAnswer {
  const { status, headers = {}, body } = answer;
  switch (body.kind) {
    case 'json':
      return {
        status,
        headers: { ...headers, 'Content-Type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body.value),
      };
    case 'text':
      // A challenge is the sender's own text: never to be read as a page.
      return {
        status,
        headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
        body: body.value,
      };
    case 'empty':
      return { status, headers, body: '' };
  }
}

/** RFC 9457. `type` names the code, which the documentation lists. */
export function problem(refusal: Refusal, correlationId: string): WireAnswer {
  const { status, code, errors, retryAfterMs } = refusal;
  const body = {
    type: `urn:millrace:error:${code}`,
    title: titles[status] ?? 'Refused',
    status,
    code,
    detail: refusal.message,
    ...(errors === undefined ? {} : { errors }),
    correlationId,
  };
  return {
    status,
    headers: {
      ...refusal.headers,
      'Content-Type': 'application/problem+json; charset=utf-8',
      ...(retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
    },
    body: JSON.stringify(body),
  };
}

const lingerMs = 1500;
const lingerBytes = 64 * 1024 * 1024;

/**
 * Writes an answer. When the sender is still writing its body, the answer goes out at once and what comes is thrown
 * away for a moment: a connection closed under a writing sender resets, and it would never read why.
 */
export async function respond(request: IncomingMessage, response: ServerResponse, answer: WireAnswer): Promise<void> {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(answer.body);
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.setHeader('Content-Length', bytes.length);
  if (request.complete) {
    response.end(bytes);
    return;
  }
  response.setHeader('Connection', 'close');
  response.write(bytes);
  await discardRest(request);
  response.end();
}

async function discardRest(request: IncomingMessage): Promise<void> {
  const waiting = new AbortController();
  const over = new Promise<void>((resolve) => {
    let discarded = 0;
    request.on('data', (chunk: Buffer) => {
      discarded += chunk.length;
      if (discarded > lingerBytes) resolve();
    });
    request
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
    request.resume();
  });
  await Promise.race([over, sleep(lingerMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
}
