import { CodedError, halt } from '@millrace/messaging';
import kafkajs, { type Kafka, type RetryOptions } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import type { ClientConfig } from '../client-config.ts';
import { clientLog } from './client-log.ts';
import { registerCodecs } from './codecs.ts';
import { loginOf } from './login.ts';
import { createSockets, type Sockets } from './sockets.ts';

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
/** Before a login is over, on the next request: sessions shorter than this would log in for every one. */
const reauthenticationThreshold = 5_000;

export interface OwnKafka {
  readonly kafka: Kafka;
  readonly sockets: Sockets;
}

/** A client of its own. Never shared between consumers: members of one group would share a map of offsets. */
export function createKafka(config: ClientConfig, retry: RetryOptions, requestTimeoutMs: number): OwnKafka {
  registerCodecs();
  const { sockets, socketFactory } = createSockets(config);
  const kafka = new kafkajs.Kafka({
    brokers: [...config.brokers],
    clientId: config.clientId,
    ...(config.access?.isTls === true ? { ssl: true } : {}),
    ...loginOf(config.access, sockets),
    connectionTimeout,
    authenticationTimeout,
    requestTimeout: requestTimeoutMs,
    reauthenticationThreshold,
    enforceRequestTimeout: true,
    retry,
    socketFactory,
    logCreator: clientLog(config.logger, () => performance.now()),
    logLevel: config.logger.isLevelEnabled('trace') ? kafkajs.logLevel.DEBUG : kafkajs.logLevel.WARN,
  });
  return { kafka, sockets };
}

export interface OwnCluster {
  readonly cluster: Cluster;
  readonly sockets: Sockets;
}

/** The client's view of a cluster without its producer or consumer on top: requests go out as they are asked for. */
export function createCluster(config: ClientConfig, requestTimeoutMs: number): OwnCluster {
  const { kafka } = createKafka(config, retryLittle, requestTimeoutMs);
  const { sockets, socketFactory } = createSockets(config);
  const cluster = new Cluster({
    brokers: config.brokers,
    clientId: config.clientId,
    logger: kafka.logger(),
    socketFactory,
    ssl: config.access?.isTls === true ? {} : undefined,
    ...loginOf(config.access, sockets),
    connectionTimeout,
    authenticationTimeout,
    requestTimeout: requestTimeoutMs,
    reauthenticationThreshold,
    enforceRequestTimeout: true,
    metadataMaxAge: 60_000,
    retry: retryLittle,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    isolationLevel: 1,
  });
  return { cluster, sockets };
}

/** Refuses to run on a kafkajs without our patch. */
export function demandPatchedClient(): void {
  if (String(ConsumerGroup).includes('membership.groupInstanceId')) return;
  throw new CodedError(
    'X_KAFKA_CLIENT_UNPATCHED',
    'kafkajs is installed without the patch of infra/patches; run pnpm install',
    { disposition: halt },
  );
}
