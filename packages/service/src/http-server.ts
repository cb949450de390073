import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from './errors.ts';
import type { Part } from './part.ts';

export interface HttpServerOptions {
  readonly name: string;
  readonly host: string;
  /** 0 lets the system choose; `url()` tells. */
  readonly port: number;
  /** An Express app is one. */
  readonly handler: RequestListener;
  /** Applied before listening: timeouts, header limits. */
  readonly tune?: (server: Server) => void;
}

/** An HTTP listener with a lifetime. Closing stops accepting, lets running requests finish, and drops idle connections. */
export interface HttpServer extends Part {
  /** Where it listens. Throws before `open`. */
  url(): string;
  readonly server: Server;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const server = createServer(options.handler);
  options.tune?.(server);
  return {
    name: options.name,
    server,
    open: () => listen(server, options),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    url: () => {
      const address = server.address() as AddressInfo | null;
      if (address === null) throw new ServiceError('X_SERVICE_ADDRESS', `${options.name} is not listening`);
      const host = address.address.includes(':') ? `[${address.address}]` : address.address;
      return `http://${host}:${address.port}`;
    },
  };
}

function listen(server: Server, { name, host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(new ServiceError('X_SERVICE_ADDRESS', `${name} cannot listen on ${host}:${port} (${error.code})`, error));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}
