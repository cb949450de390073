import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The requests that faults are aimed at, by Kafka's number for them. */
export const api = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  offsetCommit: 8,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
} as const;

/** One request or its answer as it is on the wire, length prefix included. */
export interface Frame {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly bytes: Buffer;
  /** `host:port` of the broker on the other side. */
  readonly broker: string;
}

export type Fault =
  /** Never arrives, and nobody is told: the socket stays open. */
  | { readonly kind: 'lose' }
  /** The connection ends in its place. */
  | { readonly kind: 'cut' }
  /** The connection ends in the middle of it. */
  | { readonly kind: 'cut-midway' }
  /** It and all that comes behind it on the connection waits. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  /** Other bytes arrive; null leaves them as they are, and is no hit. */
  | { readonly kind: 'rewrite'; readonly rewrite: (frame: Frame) => Buffer | null };

export interface ActiveFault {
  /** How often it has struck. */
  hits(): number;
  end(): void;
}

/**
 * Stands between a client and real brokers and speaks enough of their protocol to tamper with single requests and
 * answers. What is not tampered with passes as it is, in order.
 */
export interface FaultProxy {
  /** For `ClientConfig.openSocket`. */
  readonly openSocket: (host: string, port: number) => Socket;
  /** All requests that came from the client, in order. */
  readonly requests: readonly Frame[];
  onRequest(apiKey: number, fault: Fault, options?: FaultOptions): ActiveFault;
  /** The broker has done what was asked. */
  onAnswer(apiKey: number, fault: Fault, options?: FaultOptions): ActiveFault;
  /** The broker's process freezes: connections are accepted, nothing is read and nothing answered, until it is thawed. */
  freeze(broker?: string): void;
  thaw(): void;
  /** What is connected now goes silent for ever; new connections work. */
  stallConnections(): void;
  /** Connections that the client holds open. */
  open(): number;
  /** Connections that the client ever made. */
  made(): number;
  close(): Promise<void>;
}

export interface FaultOptions {
  /** Every time when absent. */
  readonly times?: number;
  readonly when?: (frame: Frame) => boolean;
}

interface Rule extends FaultOptions {
  readonly apiKey: number;
  readonly fault: Fault;
  hits: number;
  isOver: boolean;
}

interface Link {
  readonly broker: string;
  readonly client: Socket;
  readonly upstream: Socket;
  readonly asked: Map<number, { readonly apiKey: number; readonly apiVersion: number }>;
  isStalled: boolean;
}

export async function startFaultProxy(brokers: readonly string[]): Promise<FaultProxy> {
  const rules: { readonly request: Rule[]; readonly answer: Rule[] } = { request: [], answer: [] };
  const requests: Frame[] = [];
  const links = new Set<Link>();
  const frozen = new Set<string>();
  let thawed = Promise.withResolvers<void>();
  let made = 0;

  const strike = (kind: 'request' | 'answer', frame: Frame): Rule | undefined =>
    rules[kind].find(
      (rule) =>
        !rule.isOver &&
        rule.apiKey === frame.apiKey &&
        rule.hits < (rule.times ?? Number.POSITIVE_INFINITY) &&
        (rule.when?.(frame) ?? true),
    );

  const end = (link: Link): void => {
    link.client.destroy();
    link.upstream.destroy();
    links.delete(link);
  };

  const pass = async (link: Link, kind: 'request' | 'answer', frame: Frame): Promise<void> => {
    const target = kind === 'request' ? link.upstream : link.client;
    const rule = strike(kind, frame);
    const write = (bytes: Buffer): void => {
      if (!link.isStalled && !target.destroyed) target.write(bytes);
    };
    if (rule === undefined) return write(frame.bytes);
    const { fault } = rule;
    if (fault.kind === 'rewrite') {
      const rewritten = fault.rewrite(frame);
      if (rewritten !== null) rule.hits += 1;
      return write(rewritten ?? frame.bytes);
    }
    rule.hits += 1;
    switch (fault.kind) {
      case 'lose':
        return;
      case 'cut':
        return end(link);
      case 'cut-midway':
        target.write(frame.bytes.subarray(0, Math.ceil(frame.bytes.length / 2)), () => end(link));
        return;
      case 'hold':
        await fault.until;
        return write(frame.bytes);
    }
  };

  const take = (link: Link, kind: 'request' | 'answer', bytes: Buffer): Frame => {
    if (kind === 'answer') {
      const correlation = bytes.readInt32BE(4);
      const asked = link.asked.get(correlation);
      link.asked.delete(correlation);
      return { ...(asked ?? { apiKey: -1, apiVersion: -1 }), bytes, broker: link.broker };
    }
    const asked = { apiKey: bytes.readInt16BE(4), apiVersion: bytes.readInt16BE(6) };
    link.asked.set(bytes.readInt32BE(8), asked);
    const frame = { ...asked, bytes, broker: link.broker };
    requests.push(frame);
    return frame;
  };

  const relay = (link: Link, kind: 'request' | 'answer'): void => {
    const source = kind === 'request' ? link.client : link.upstream;
    let buffered: Buffer = Buffer.alloc(0);
    // One after the other: a connection never lets an answer overtake the one before it.
    let turn: Promise<void> = Promise.resolve();
    source.on('data', (chunk: Buffer) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
        const size = 4 + buffered.readInt32BE(0);
        const frame = take(link, kind, Buffer.from(buffered.subarray(0, size)));
        buffered = buffered.subarray(size);
        turn = turn.then(async () => {
          while (frozen.has(link.broker) && links.has(link)) await thawed.promise;
          if (!link.isStalled) await pass(link, kind, frame);
        });
      }
    });
    // A silent broker does not show that it is gone; what a client sent before it went still arrives.
    source.on('close', () => {
      if (!link.isStalled || kind === 'request') void turn.then(() => end(link));
    });
    source.on('error', () => undefined);
  };

  const accept = (broker: string, client: Socket): void => {
    const at = broker.lastIndexOf(':');
    const upstream = connect({ host: broker.slice(0, at), port: Number(broker.slice(at + 1)) });
    const link: Link = { broker, client, upstream, asked: new Map(), isStalled: false };
    made += 1;
    links.add(link);
    relay(link, 'request');
    relay(link, 'answer');
  };

  const servers = new Map<string, Server>();
  for (const broker of brokers) {
    const server = createServer((client) => accept(broker, client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.set(broker, server);
  }

  const addRule = (kind: 'request' | 'answer', apiKey: number, fault: Fault, options: FaultOptions): ActiveFault => {
    const rule: Rule = { ...options, apiKey, fault, hits: 0, isOver: false };
    rules[kind].push(rule);
    return {
      hits: () => rule.hits,
      end: () => {
        rule.isOver = true;
      },
    };
  };

  const thaw = (): void => {
    frozen.clear();
    thawed.resolve();
    thawed = Promise.withResolvers<void>();
  };

  return {
    requests,
    openSocket: (host, port) => {
      const server = servers.get(`${host}:${port}`);
      if (server === undefined) throw new Error(`${host}:${port} is not behind this proxy`);
      return connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    },
    onRequest: (apiKey, fault, options = {}) => addRule('request', apiKey, fault, options),
    onAnswer: (apiKey, fault, options = {}) => addRule('answer', apiKey, fault, options),
    freeze: (broker) => {
      for (const each of broker === undefined ? brokers : [broker]) frozen.add(each);
    },
    thaw,
    stallConnections: () => {
      for (const link of links) link.isStalled = true;
    },
    open: () => [...links].filter(({ client }) => !client.closed).length,
    made: () => made,
    close: async () => {
      for (const link of [...links]) end(link);
      thaw();
      await Promise.all([...servers.values()].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
