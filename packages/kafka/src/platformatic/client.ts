import type { Socket } from 'node:net';
import type * as client from '@platformatic/kafka';
import { type Access, openAccess } from '../access/access.ts';
import type { Login } from '../access/login.ts';
import type { ClientConfig } from '../client-config.ts';
import { failureOfClient } from './failure.ts';
import { linkClass } from './link-class.ts';

export type Client = typeof client;
export type Link = client.Connection;
export type Metadata = Awaited<ReturnType<typeof client.metadataV8.api.async>>;
export type CreatedTopics = Awaited<ReturnType<typeof client.createTopicsV5.api.async>>;
export type DescribedConfigs = Awaited<ReturnType<typeof client.describeConfigsV2.api.async>>['results'][number];

/** The client weighs 60 MB and half a second: it is loaded by those who chose it, when they first connect. */
export const loadClient = (): Promise<Client> => import('@platformatic/kafka');

export interface Address {
  readonly host: string;
  readonly port: number;
}

const connectTimeoutMs = 5_000;
const loginTimeoutMs = 15_000;
/** Whoever asks bounds its own requests; the client would queue more than this behind each other. */
const maxInflights = 1_000;
const keepAliveMs = 60_000;

/** A connection that has not been opened yet. */
export function createLink(
  client: Client,
  { clientId, access = openAccess, openSocket }: ClientConfig,
  { host, port }: Address,
  requestTimeoutMs: number,
): Link {
  const { login, isTls } = access;
  const Link = linkClass(client);
  const link = new Link(clientId, {
    connectTimeout: login === null ? connectTimeoutMs : loginTimeoutMs,
    requestTimeout: requestTimeoutMs,
    maxInflights,
    ...(isTls ? { tls: { ...access.tls(host), ...socketOf(openSocket?.(host, port)) } } : {}),
    ...(openSocket === undefined || isTls ? {} : { createSocket: openSocket }),
    ...(login === null ? {} : { sasl: saslOf(login) }),
  });
  // Every pending request fails with the reason; without a listener the process would end for it. After the handshake
  // too: a broker looks at our certificate when we think that all is done.
  link.on('error', (error) => access.failed(`${host}:${port}`, error));
  return link;
}

const socketOf = (socket: Socket | undefined): { readonly socket?: Socket } => (socket === undefined ? {} : { socket });

/** With functions, which the client calls at each login. */
function saslOf(login: Login): client.SASLOptions {
  if (login.mechanism !== 'OAUTHBEARER')
    return {
      mechanism: login.mechanism,
      username: () => login.username(),
      password: () => login.password(),
    };
  return {
    mechanism: login.mechanism,
    token: () => login.token(),
    oauthBearerExtensions: login.extensions,
    // RFC 7628: a token that is not wanted is answered with the reason in what looks like a success.
    authBytesValidator: (answer, done) =>
      answer.length === 0 ? done(null, answer) : done(new Error('the token is not accepted')),
  };
}

export async function openLink(link: Link, { host, port }: Address, access: Access = openAccess): Promise<void> {
  const address = `${host}:${port}`;
  try {
    await link.connect(host, port);
    link.socket.setKeepAlive(true, keepAliveMs);
    if (access.login === null) link.socket.once('data', () => access.granted(address));
    else access.granted(address);
  } catch (error) {
    throw failureOfClient(error);
  }
}

/** Ends a connection at once: what waits for an answer on it fails. */
export function cutLink(link: Link): void {
  const socket: Socket | undefined = link.socket;
  socket?.destroy(new Error('cut by its owner'));
}

const bracketed = /^\[([^\]]+)\](?::(\d+))?$/;

/** `host:port`, `[v6]:port`, or a host alone, which is at Kafka's usual port. */
export function parseAddress(text: string): Address {
  const [, inner, ofInner] = bracketed.exec(text) ?? [];
  if (inner !== undefined) return { host: inner, port: Number(ofInner ?? 9092) };
  const at = text.lastIndexOf(':');
  if (at < 0 || text.indexOf(':') !== at) return { host: text, port: 9092 };
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) };
}
