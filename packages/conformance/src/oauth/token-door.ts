import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request at a token endpoint, as it came. */
export interface TokenRequest {
  readonly parameters: Readonly<Record<string, string>>;
  /** What the server said to it, whoever heard it; null until then. */
  status: number | null;
}

/** What becomes of requests at the token endpoint. `lost`: the server acts, and nobody hears its answer. */
export type TokenFault = 'away' | 'silent' | 'lost' | 'garbage' | 'failing';

export interface TokenDoor {
  /** What came, oldest first; what a fault kept from the server is not among it. */
  requests(): readonly TokenRequest[];
  /** How often anybody came, whatever became of it. */
  attempts(): number;
  fail(fault: TokenFault | null): void;
  /** Keeps the answer to the next request that the server acts upon; `arrived` resolves when it has. */
  holdAnswer(): { readonly arrived: Promise<void>; release(): void };
}

interface Hold {
  readonly arrived: PromiseWithResolvers<void>;
  readonly released: PromiseWithResolvers<void>;
}

/** Stands in front of the token endpoint of a server. */
export function createTokenDoor(
  server: string,
): TokenDoor & { take(request: IncomingMessage, response: ServerResponse): Promise<void> } {
  const seen: TokenRequest[] = [];
  let fault: TokenFault | null = null;
  let hold: Hold | null = null;
  let attempts = 0;

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await read(request);
    attempts += 1;
    if (fault === 'away') return void request.socket.destroy();
    if (fault === 'silent') return;
    if (fault === 'failing') return void response.writeHead(503, { 'retry-after': '1' }).end('busy');
    if (fault === 'garbage') return void response.writeHead(200).end(`<html>${'secret-of-the-page'.repeat(20)}`);
    const known: TokenRequest = { parameters: Object.fromEntries(new URLSearchParams(body.toString())), status: null };
    seen.push(known);
    const answer = await ask(server, request, body);
    known.status = answer.status;
    const held = hold;
    hold = null;
    held?.arrived.resolve();
    await held?.released.promise;
    if (fault === 'lost') return void request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };

  return {
    requests: () => seen,
    attempts: () => attempts,
    fail: (next) => {
      fault = next;
    },
    holdAnswer: () => {
      const made = { arrived: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() };
      hold = made;
      return { arrived: made.arrived.promise, release: () => made.released.resolve() };
    },
    take,
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

interface Captured {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** The server's whole answer: only then is it known that it has acted. */
async function ask(origin: string, request: IncomingMessage, body: Buffer): Promise<Captured> {
  const { authorization } = request.headers;
  const answer = await fetch(`${origin}${request.url}`, {
    method: 'POST',
    headers: {
      'content-type': request.headers['content-type'] ?? '',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: body.toString(),
  });
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, headers: { 'content-type': type }, body: Buffer.from(await answer.arrayBuffer()) };
}
