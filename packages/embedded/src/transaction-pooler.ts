import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import pg from 'pg';

/** What PgBouncer takes of a start-up message; it refuses a client that asks for more. */
const knownParameters = new Set(['user', 'database', 'application_name', 'client_encoding', 'replication']);
const sslRequest = 80_877_103;
const cancelRequest = 80_877_102;
const headerBytes = 5;

/** Stands before a Postgres as PgBouncer does in `pool_mode = transaction`: each transaction meets another session. */
export interface TransactionPooler {
  readonly url: string;
  /** How many transactions it has handed out. */
  transactions(): number;
  close(): Promise<void>;
}

/** A session of the server, lent to one client from the first message of a transaction to its end. */
interface Session {
  readonly socket: Socket;
  borrower: Socket | null;
}

interface Frame {
  readonly type: string;
  readonly bytes: Buffer;
}

export async function openTransactionPooler(url: string, sessions = 3): Promise<TransactionPooler> {
  const clients = new Set<Socket>();
  const waiting: ((session: Session) => void)[] = [];
  // The one that rested longest goes first, so that two transactions in a row never share a session.
  const idle: Session[] = [];
  let transactions = 0;

  const lend = (session: Session): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(session);
    else next(session);
  };
  const opened = await Promise.all(
    Array.from({ length: sessions }, async () => {
      const session: Session = { socket: await openSession(url), borrower: null };
      readFrames(session.socket, ({ type, bytes }) => {
        session.borrower?.write(bytes);
        if (type !== 'Z') return;
        const isOver = bytes[headerBytes] === 'I'.charCodeAt(0);
        if (isOver) {
          session.borrower = null;
          lend(session);
        } else if (session.borrower?.destroyed) {
          session.socket.write(message('Q', Buffer.from('ROLLBACK\0')));
        }
      });
      return session;
    }),
  );
  opened.forEach(lend);

  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined).on('close', () => clients.delete(client));
    let session: Session | null = null;
    let queued: Buffer[] = [];
    const take = (taken: Session): void => {
      transactions += 1;
      session = taken;
      session.borrower = client;
      for (const bytes of queued) session.socket.write(bytes);
      queued = [];
    };
    greet(client, () =>
      readFrames(client, ({ type, bytes }) => {
        if (type === 'X') return;
        if (session?.borrower === client) return void session.socket.write(bytes);
        queued.push(bytes);
        if (queued.length > 1) return;
        const rested = idle.shift();
        if (rested === undefined) waiting.push(take);
        else take(rested);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pooled = new URL(url);
  Object.assign(pooled, { hostname: '127.0.0.1', port: String((server.address() as AddressInfo).port) });
  return {
    url: pooled.href,
    transactions: () => transactions,
    async close() {
      server.close();
      for (const socket of [...clients, ...opened.map(({ socket }) => socket)]) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Logs in as the driver does and then takes the connection from it. */
async function openSession(connectionString: string): Promise<Socket> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
  for (const event of ['data', 'error', 'close', 'end']) stream.removeAllListeners(event);
  stream.on('error', () => undefined);
  return stream;
}

/** Answers the start-up message; then everything is framed. */
function greet(client: Socket, proceed: () => void): void {
  let buffered = Buffer.alloc(0);
  const read = (chunk: Buffer): void => {
    buffered = Buffer.concat([buffered, chunk]);
    if (buffered.length < 8 || buffered.length < buffered.readInt32BE(0)) return;
    const length = buffered.readInt32BE(0);
    const code = buffered.readInt32BE(4);
    const words = buffered.subarray(8, length).toString().split('\0');
    buffered = buffered.subarray(length);
    if (code === sslRequest) return void client.write('N');
    if (code === cancelRequest) return void client.destroy();
    const refused = words.find((word, at) => at % 2 === 0 && word !== '' && !knownParameters.has(word));
    if (refused !== undefined) return void client.end(startupRefusal(refused));
    client.off('data', read);
    client.write(welcome);
    proceed();
  };
  client.on('data', read);
}

function readFrames(socket: Socket, each: (frame: Frame) => void): void {
  let buffered = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= headerBytes) {
      const end = 1 + buffered.readInt32BE(1);
      if (buffered.length < end) return;
      const bytes = buffered.subarray(0, end);
      buffered = buffered.subarray(end);
      each({ type: String.fromCharCode(bytes[0] ?? 0), bytes });
    }
  });
}

function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const startupRefusal = (parameter: string): Buffer =>
  message('E', Buffer.from(`SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: ${parameter}\0\0`));

const welcome = Buffer.concat([
  message('R', Buffer.alloc(4)),
  ...['server_version\x0018.0\0', 'client_encoding\0UTF8\0', 'standard_conforming_strings\0on\0'].map((status) =>
    message('S', Buffer.from(status)),
  ),
  message('K', Buffer.alloc(8)),
  message('Z', Buffer.from('I')),
]);
