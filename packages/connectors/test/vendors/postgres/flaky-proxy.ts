import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut, or that swallows everything, without touching the server. */
export interface FlakyProxy {
  readonly port: number;
  /** Refuses connections and breaks those that stand. */
  cut(): Promise<void>;
  /** Takes everything and lets nothing through. */
  stall(): void;
  heal(): Promise<void>;
  close(): Promise<void>;
}

export async function openFlakyProxy(host: string, target: number): Promise<FlakyProxy> {
  const sockets = new Set<Socket>();
  let isStalled = false;
  const server = createServer((client) => {
    const upstream = connect(target, host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    if (isStalled) pauseBoth();
  });
  const pauseBoth = (): void => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    if (!server.listening) return breakAll();
    server.close();
    breakAll();
    await once(server, 'close');
  };
  return {
    port,
    cut: stop,
    stall: () => {
      isStalled = true;
      pauseBoth();
    },
    async heal() {
      isStalled = false;
      breakAll();
      if (server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close: stop,
  };
}
