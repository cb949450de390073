import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { codeOf, EmbeddedError } from './errors.ts';

const listen = (host: string, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** True when nobody listens there now. */
export const isPortFree = async (port: number, host = '127.0.0.1'): Promise<boolean> => {
  try {
    await close(await listen(host, port));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return false;
    throw error;
  }
};

/** Rejects with one sentence when somebody listens there. */
export const demandFreePort = async (part: string, port: number, host = '127.0.0.1'): Promise<void> => {
  if (await isPortFree(port, host)) return;
  throw new EmbeddedError(
    'X_EMBEDDED_PORT_TAKEN',
    `Port ${port}, which ${part} needs, is taken by another process; stop it or choose other ports with --port-base.`,
  );
};

// Below where Linux and macOS take the ports of outgoing connections: no client gets one before its server does.
const lowest = 20_000;
const highest = 28_000;

/** Ports that nobody listens on now, all different: held together, then let go. */
export const freePorts = async (count: number, host = '127.0.0.1'): Promise<readonly number[]> => {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = randomInt(lowest, highest);
    if (held.has(port)) continue;
    const server = await listen(host, port).catch((error: unknown) => {
      if (codeOf(error) === 'EADDRINUSE') return null;
      throw error;
    });
    if (server !== null) held.set(port, server);
  }
  await Promise.all([...held.values()].map(close));
  return [...held.keys()];
};

/** The first of so many consecutive ports that nobody listens on now. */
export const freePortRun = async (count: number, host = '127.0.0.1'): Promise<number> => {
  for (;;) {
    const [first = 0] = await freePorts(1, host);
    const wanted = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(wanted.map((port) => isPortFree(port, host)))).every(Boolean)) return first;
  }
};
