import { type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { createHttpServer, type HttpServer } from '@millrace/service';
import { Refusal } from './outcome.ts';
import { problem } from './respond.ts';
import type { Visits } from './visits.ts';

export interface ApiServerOptions {
  readonly host: string;
  readonly port: number;
  readonly handler: RequestListener;
  readonly visits: Visits;
  readonly headerTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly maxConnections: number;
  readonly freshId: () => string;
}

/** The public listener with its limits: connections, headers, time. What is no HTTP gets a problem, too. */
export function createApiServer(options: ApiServerOptions): HttpServer {
  return createHttpServer({
    name: 'api',
    host: options.host,
    port: options.port,
    handler: options.handler,
    tune: (server) => tune(server, options),
  });
}

function tune(
  server: Server,
  { visits, headerTimeoutMs, bodyTimeoutMs, maxConnections, freshId }: ApiServerOptions,
): void {
  server.headersTimeout = headerTimeoutMs;
  // The gateway's own body timeout answers first; this ends what got past it.
  server.requestTimeout = headerTimeoutMs + bodyTimeoutMs + 5000;
  server.keepAliveTimeout = 65_000;
  server.maxConnections = maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
    const refusal = refusalOf(error.code);
    // Broken off in the middle of a body: that request is already on its way to an outcome.
    if (!visits.isServing(socket)) visits.malformed(refusal.code);
    const { status, headers, body } = problem(refusal, freshId());
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
    return undefined;
  });
}

function refusalOf(code: string | undefined): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Refusal({ status: 431, code: 'X_GATEWAY_HEADERS_TOO_LARGE', detail: 'the headers are too large' });
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Refusal({ status: 408, code: 'X_GATEWAY_BODY_SLOW', detail: 'the request did not arrive in time' });
  return new Refusal({ status: 400, code: 'X_GATEWAY_REQUEST_MALFORMED', detail: 'this is not well-formed HTTP' });
}
