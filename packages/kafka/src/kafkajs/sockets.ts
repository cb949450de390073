import { connect, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Access, openAccess } from '../access/access.ts';
import { listenerSpeaksTls } from '../access/access-problem.ts';
import type { ClientConfig } from '../client-config.ts';
import { cutByOwner } from './client-log.ts';

/** Sockets of one client, so that they can be cut: the client itself waits for pending answers before it closes. */
export interface Sockets {
  /** All, or those to one broker, named `host:port`. New ones may follow. */
  cut(broker?: string): void;
  /** All, and none follows: a client that is still trying again reaches nobody any more. */
  end(): void;
}

interface SocketRequest {
  readonly host: string;
  readonly port: number;
  readonly ssl: object | undefined;
  readonly onConnect: () => void;
}

export interface OwnSockets {
  readonly sockets: Sockets;
  /** What the client opens its connections with; it cannot wait. */
  readonly socketFactory: (request: SocketRequest) => Socket;
}

export function createSockets({ access = openAccess, openSocket = connectTcp }: ClientConfig): OwnSockets {
  const open = new Map<Socket, string>();
  let isEnded = false;
  // With an error, because the client listens to nothing else that would end its pending requests.
  const cut = (broker?: string): void => {
    for (const [socket, to] of open) if (broker === undefined || broker === to) socket.destroy(new Error(cutByOwner));
  };
  return {
    socketFactory: ({ host, port, ssl, onConnect }) => {
      if (isEnded) throw new Error(cutByOwner);
      const address = `${host}:${port}`;
      try {
        access.admit(address);
        const tls = ssl === undefined || ssl === null ? null : access.tls(host);
        const tcp = openSocket(host, port);
        tcp.setKeepAlive(true, 60_000);
        tcp.setNoDelay(true);
        open.set(tcp, address);
        tcp.once('close', () => open.delete(tcp));
        if (tls !== null) return watch(connectTls({ socket: tcp, ...tls }, onConnect), access, address);
        tcp.once('connect', onConnect);
        demandNoTls(tcp, access, address);
        return tcp;
      } catch (error) {
        access.failed(address, error);
        return stillborn(error);
      }
    },
    sockets: {
      cut,
      end: () => {
        isEnded = true;
        cut();
      },
    },
  };
}

const connectTcp = (host: string, port: number): Socket => connect({ host, port });

/** Not let in is told by the handshake, and after it: a broker looks at our certificate when we think that all is done. */
function watch(socket: Socket, access: Access, address: string): Socket {
  socket.once('error', (error) => access.failed(address, error));
  if (access.login === null) socket.once('data', () => access.granted(address));
  return socket;
}

/** A listener that speaks TLS answers plain text with an alert, which the client would take for the length of an answer. */
function demandNoTls(socket: Socket, access: Access, address: string): void {
  socket.once('data', (chunk: Buffer) => {
    if (chunk[0] !== 0x15 || chunk[1] !== 0x03) {
      if (access.login === null) access.granted(address);
      return;
    }
    const problem = listenerSpeaksTls();
    access.failed(address, problem);
    socket.destroy(problem);
  });
}

/** A socket that fails as soon as the client listens: what it was made for is known not to work. */
function stillborn(error: unknown): Socket {
  const socket = new Socket();
  setImmediate(() => socket.destroy(error as Error));
  return socket;
}
