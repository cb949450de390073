import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type * as client from '@platformatic/kafka';
import type { ClientConfig } from '../client-config.ts';
import { failureOfClient } from './failure.ts';

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

const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const;

/** A connection that has not been opened yet. */
export function createLink(
  { Connection }: Client,
  config: ClientConfig,
  { host, port }: Address,
  requestTimeoutMs: number,
): Link {
  const { saslMechanism = 'none', openSocket } = config;
  const isSasl = saslMechanism !== 'none';
  const link = new Connection(config.clientId, {
    connectTimeout: isSasl ? loginTimeoutMs : connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    maxInflights,
    ...(config.tls === true ? tlsOf(host, openSocket?.(host, port)) : {}),
    ...(openSocket === undefined || config.tls === true ? {} : { createSocket: openSocket }),
    ...(isSasl
      ? {
          sasl: {
            mechanism: mechanisms[saslMechanism],
            username: config.saslUsername ?? '',
            password: config.saslPassword ?? '',
          },
        }
      : {}),
  });
  // Every pending request fails with the reason; without a listener the process would end for it.
  link.on('error', () => undefined);
  return link;
}

const tlsOf = (host: string, socket: Socket | undefined): object => ({
  tls: { ...(socket === undefined ? {} : { socket }) },
  ...(isIP(host) ? {} : { tlsServerName: true }),
});

export async function openLink(link: Link, { host, port }: Address): Promise<void> {
  try {
    await link.connect(host, port);
    link.socket.setKeepAlive(true, keepAliveMs);
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
