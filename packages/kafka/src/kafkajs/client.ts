import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CodedError, halt } from '@millrace/messaging';
import kafkajs, { type Kafka, type KafkaConfig, type RetryOptions } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import type { ClientConfig } from '../client-config.ts';
import { clientLog, cutByOwner } from './client-log.ts';
import { registerCodecs } from './codecs.ts';

/** Complete on purpose: what is left out, the client fills in differently when NODE_ENV is `test`. */
export const retryOften: RetryOptions = {
  initialRetryTime: 200,
  maxRetryTime: 2_000,
  retries: 10,
  factor: 0.2,
  multiplier: 2,
};
/** For callers that decide about trying again themselves. */
export const retryLittle: RetryOptions = { ...retryOften, initialRetryTime: 100, retries: 1 };

const connectionTimeout = 5_000;
const authenticationTimeout = 10_000;

/** Sockets of one client, so that they can be cut: the client itself waits for pending answers before it closes. */
export interface Sockets {
  /** All, or those to one broker, named `host:port`. New ones may follow. */
  cut(broker?: string): void;
  /** All, and none follows: a client that is still trying again reaches nobody any more. */
  end(): void;
}

export interface OwnKafka {
  readonly kafka: Kafka;
  readonly sockets: Sockets;
}

/** A client of its own. Never shared between consumers: members of one group would share a map of offsets. */
export function createKafka(config: ClientConfig, retry: RetryOptions, requestTimeoutMs: number): OwnKafka {
  registerCodecs();
  const { sockets, socketFactory } = trackSockets(config.openSocket);
  const kafka = new kafkajs.Kafka({
    brokers: [...config.brokers],
    clientId: config.clientId,
    ...(config.tls === true ? { ssl: true } : {}),
    ...saslOf(config),
    connectionTimeout,
    authenticationTimeout,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    retry,
    socketFactory,
    logCreator: clientLog(config.logger, () => performance.now()),
    logLevel: config.logger.isLevelEnabled('trace') ? kafkajs.logLevel.DEBUG : kafkajs.logLevel.WARN,
  });
  return { kafka, sockets };
}

function saslOf(config: ClientConfig): { readonly sasl?: NonNullable<KafkaConfig['sasl']> } {
  const { saslMechanism: mechanism = 'none', saslUsername: username = '', saslPassword: password = '' } = config;
  return mechanism === 'none' ? {} : { sasl: { mechanism, username, password } as NonNullable<KafkaConfig['sasl']> };
}

export interface OwnCluster {
  readonly cluster: Cluster;
  readonly sockets: Sockets;
}

/** The client's view of a cluster without its producer or consumer on top: requests go out as they are asked for. */
export function createCluster(config: ClientConfig, requestTimeoutMs: number): OwnCluster {
  const { kafka } = createKafka(config, retryLittle, requestTimeoutMs);
  const { sockets, socketFactory } = trackSockets(config.openSocket);
  const cluster = new Cluster({
    brokers: config.brokers,
    clientId: config.clientId,
    logger: kafka.logger(),
    socketFactory,
    ssl: config.tls === true ? {} : undefined,
    sasl: saslOf(config).sasl,
    connectionTimeout,
    authenticationTimeout,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    metadataMaxAge: 60_000,
    retry: retryLittle,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    isolationLevel: 1,
  });
  return { cluster, sockets };
}

interface SocketRequest {
  readonly host: string;
  readonly port: number;
  readonly ssl: object | undefined;
  readonly onConnect: () => void;
}

function trackSockets(openSocket: (host: string, port: number) => Socket = connectTcp): {
  sockets: Sockets;
  socketFactory: (request: SocketRequest) => Socket;
} {
  const open = new Map<Socket, string>();
  let isEnded = false;
  // With an error, because the client listens to nothing else that would end its pending requests.
  const cut = (broker?: string): void => {
    for (const [socket, to] of open) if (broker === undefined || broker === to) socket.destroy(new Error(cutByOwner));
  };
  return {
    socketFactory: ({ host, port, ssl, onConnect }) => {
      if (isEnded) throw new Error(cutByOwner);
      const tcp = openSocket(host, port);
      tcp.setKeepAlive(true, 60_000);
      tcp.setNoDelay(true);
      open.set(tcp, `${host}:${port}`);
      tcp.once('close', () => open.delete(tcp));
      if (ssl) return connectTls({ socket: tcp, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect);
      tcp.once('connect', onConnect);
      return tcp;
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

const connectTcp = (host: string, port: number): Socket => connectSocket({ host, port });

/** Refuses to run on a kafkajs without our patch. */
export function demandPatchedClient(): void {
  if (String(ConsumerGroup).includes('membership.groupInstanceId')) return;
  throw new CodedError(
    'X_KAFKA_CLIENT_UNPATCHED',
    'kafkajs is installed without the patch of infra/patches; run pnpm install',
    { disposition: halt },
  );
}
