import { CodedError, fencedError, halt, isCodedError, retry } from '@millrace/messaging';
import { accessProblem } from './access/access-problem.ts';

/** Every code this package throws: what it means and what fixes it. */
export const kafkaErrors = {
  X_KAFKA_UNAVAILABLE: 'No broker answers; everything goes on by itself once one does.',
  X_KAFKA_REFUSED:
    'The brokers refuse what this client asked for (permissions, protocol); the message has their name for it.',
  X_KAFKA_LOGIN_REFUSED:
    'The brokers refuse the login, or offer another; mend `MILLRACE_KAFKA_SASL`, the user, the password or the token, here or at the brokers. Everything goes on by itself once they let us in.',
  X_KAFKA_CERTIFICATE_UNTRUSTED:
    'The brokers’ certificate is not signed by who is trusted here, is over, or is another host’s; mend `MILLRACE_KAFKA_CA_FILE`, `MILLRACE_KAFKA_SERVER_NAME` or the certificate. Everything goes on by itself then.',
  X_KAFKA_CERTIFICATE_REFUSED:
    'The brokers do not accept our certificate, or want one; mend `MILLRACE_KAFKA_CERTIFICATE_FILE` and `MILLRACE_KAFKA_KEY_FILE`. Everything goes on by itself then.',
  X_KAFKA_TLS_EXPECTED: 'One side speaks TLS and the other does not; mend `MILLRACE_KAFKA_TLS` or the brokers’ port.',
  X_KAFKA_CREDENTIALS_UNREADABLE:
    'A file of a certificate, a key, a password or a token cannot be read or used; the message names its variable. Everything goes on by itself once it can.',
  X_KAFKA_UNKNOWN_TOPIC: 'A topic does not exist; provision the topics, nothing is created on first use.',
  X_KAFKA_NOT_IN_GROUP: 'A commit came from a membership that is over; the records are read again by their new owner.',
  X_KAFKA_OFFSET_OUT_OF_RANGE:
    'The committed offset is no longer in the log: records were deleted unread, and the pipeline is halted. Say where it should go on (`millrace pipelines seek`), then resume it; nothing is skipped silently.',
  X_KAFKA_BATCH_UNREADABLE:
    'A record batch in the log is damaged, or written as no Kafka client writes one, and cannot be read, although it was fetched several times; the message has its topic, partition and offset. What came before it is done, the pipeline is halted, and others go on. Restore the batch from a replica, or give it up and set the group’s offset behind it (`millrace pipelines seek`); then resume the pipeline. Nothing is skipped silently.',
  X_KAFKA_OFFSET_TOO_LARGE: 'An offset is beyond 2^53 - 1, which this client does not read.',
  X_KAFKA_CLIENT_CRASHED: 'The Kafka client gave up on a group membership; the process must start afresh.',
  X_KAFKA_CLIENT_UNPATCHED:
    'The installed kafkajs lacks the patch of infra/patches, without which a rebalance runs work twice; run pnpm install.',
  X_KAFKA_LISTENER_THREW: 'The owner of a membership threw from a callback, which it must not; a defect.',
  X_KAFKA_CLOSED: 'The broker connection was used after it was closed; the process is ending.',
  X_KAFKA_UNEXPECTED: 'The brokers answered with an error that is not known to be temporary; the message has its name.',
  X_TOPIC_WOULD_SHRINK:
    'A topic has more partitions than its specification; partitions cannot be removed without losing order.',
  X_TOPIC_REPLICATION_DIFFERS:
    'A topic has another replication factor than its specification; reassign its partitions with the cluster’s tools.',
  X_SERDE_NOT_PINNED:
    'A topic was written to whose schema id was not looked up at boot; list it in the pipeline’s `to`.',
  X_SERDE_ENCODE: 'A value does not fit its schema; the message has the path.',
  X_SERDE_TOO_SHORT: 'A record is shorter than the wire format’s five bytes; it was not written through the registry.',
  X_SERDE_MAGIC: 'A record does not begin with the wire format’s magic byte; it was not written through the registry.',
  X_SERDE_DECODE:
    'A record’s bytes do not fit the schema they name; find its producer, mend it, then redrive or discard.',
  X_SERDE_UNKNOWN_ID:
    'A record names a schema id that the registry does not have; find its producer or restore the registry.',
  X_SERDE_INCOMPATIBLE:
    'A record’s schema cannot be read with the one this version knows; the compatibility check was bypassed.',
  X_REGISTRY_UNAVAILABLE: 'The schema registry does not answer; everything goes on by itself once it does.',
  X_REGISTRY_REFUSED: 'The schema registry refuses this client; check its URL and credentials.',
  X_REGISTRY_SUBJECT_MISSING:
    'A subject or this version of its schema is not registered; run `millrace schemas register`.',
  X_REGISTRY_INCOMPATIBLE:
    'A schema breaks readers or writers of an earlier version; make the change additive or a new topic.',
} as const;

export type KafkaErrorCode = keyof typeof kafkaErrors;

/** What a failure of the client means, whatever shape it has. */
export type ClientFailure =
  /** Nothing answers; nothing is wrong with what was asked. */
  | 'unavailable'
  /** We do not get in: the TLS handshake or the login fails, and will until somebody mends a setting or a broker. */
  | 'shut-out'
  /** The other side knows who we are and does not allow what was asked, or we do not speak its language. */
  | 'refused'
  | 'unknown-topic'
  /** The membership is over. */
  | 'not-in-group'
  /** The membership is another process's now, under the same instance id. */
  | 'fenced'
  /** Right request, wrong broker or moment. */
  | 'moved'
  | 'unexpected';

/** By Kafka's own names and by those that kafkajs still has from before Kafka renamed some. */
const byType: Readonly<Record<string, ClientFailure>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'unknown-topic',
  INVALID_TOPIC_EXCEPTION: 'unknown-topic',
  UNKNOWN_MEMBER_ID: 'not-in-group',
  ILLEGAL_GENERATION: 'not-in-group',
  REBALANCE_IN_PROGRESS: 'not-in-group',
  FENCED_INSTANCE_ID: 'fenced',
  NOT_COORDINATOR_FOR_GROUP: 'moved',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'moved',
  GROUP_LOAD_IN_PROGRESS: 'moved',
  NOT_LEADER_FOR_PARTITION: 'moved',
  NOT_LEADER_OR_FOLLOWER: 'moved',
  NOT_COORDINATOR: 'moved',
  COORDINATOR_LOAD_IN_PROGRESS: 'moved',
  OFFSET_NOT_AVAILABLE: 'moved',
  KAFKA_STORAGE_ERROR: 'moved',
  LEADER_NOT_AVAILABLE: 'moved',
  FENCED_LEADER_EPOCH: 'moved',
  UNKNOWN_LEADER_EPOCH: 'moved',
  NOT_CONTROLLER: 'moved',
  REPLICA_NOT_AVAILABLE: 'moved',
  NETWORK_EXCEPTION: 'unavailable',
  REQUEST_TIMED_OUT: 'unavailable',
  BROKER_NOT_AVAILABLE: 'unavailable',
  COORDINATOR_NOT_AVAILABLE: 'moved',
  TOPIC_AUTHORIZATION_FAILED: 'refused',
  GROUP_AUTHORIZATION_FAILED: 'refused',
  CLUSTER_AUTHORIZATION_FAILED: 'refused',
  UNSUPPORTED_VERSION: 'refused',
  SECURITY_DISABLED: 'refused',
  INCONSISTENT_GROUP_PROTOCOL: 'refused',
  INVALID_GROUP_ID: 'refused',
  INVALID_SESSION_TIMEOUT: 'refused',
};

const byName: Readonly<Record<string, ClientFailure>> = {
  KafkaJSConnectionError: 'unavailable',
  KafkaJSConnectionClosedError: 'unavailable',
  KafkaJSRequestTimeoutError: 'unavailable',
  KafkaJSBrokerNotFound: 'unavailable',
  KafkaJSNoBrokerAvailableError: 'unavailable',
  KafkaJSLockTimeout: 'unavailable',
  KafkaJSTimeout: 'unavailable',
  KafkaJSGroupCoordinatorNotFound: 'moved',
  KafkaJSMetadataNotLoaded: 'moved',
  KafkaJSTopicMetadataNotLoaded: 'moved',
  KafkaJSServerDoesNotSupportApiKey: 'refused',
};

/** Of @platformatic/kafka. */
const byCode: Readonly<Record<string, ClientFailure>> = {
  PLT_KFK_NETWORK: 'unavailable',
  PLT_KFK_TIMEOUT: 'unavailable',
  PLT_KFK_UNEXPECTED_CORRELATION_ID: 'unavailable',
  PLT_KFK_UNSUPPORTED_API: 'refused',
  PLT_KFK_USER: 'refused',
};

const systemCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Total: any thrown value, also one that is no error, has a meaning. Wrappers are opened until something is known. */
export function classifyClientFailure(error: unknown): ClientFailure {
  if (accessProblem(error) !== null) return 'shut-out';
  let current: unknown = error;
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth++) {
    const { type, name, code, cause, errors } = current as Record<string, unknown>;
    const known =
      (typeof type === 'string' ? byType[type] : undefined) ??
      (typeof name === 'string' ? byName[name] : undefined) ??
      (typeof code === 'string' ? byCode[code] : undefined) ??
      (typeof code === 'string' && systemCodes.has(code) ? 'unavailable' : undefined);
    if (known !== undefined) return known;
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return 'unexpected';
}

/** The error that crosses the port. Text of the client is kept as the cause, its name in the message. */
export function clientError(doing: string, error: unknown): CodedError {
  if (isCodedError(error)) return error;
  const failure = classifyClientFailure(error);
  const said = describe(error);
  switch (failure) {
    case 'unavailable':
    case 'moved':
      return new CodedError('X_KAFKA_UNAVAILABLE', `${doing}: no broker answered (${said})`, {
        disposition: retry(),
        unavailable: true,
        cause: error,
      });
    case 'shut-out': {
      const { code, message, disposition } = accessProblem(error) as CodedError;
      return new CodedError(code, `${doing}: ${message}`, { disposition, unavailable: true, cause: error });
    }
    case 'refused':
      return new CodedError('X_KAFKA_REFUSED', `${doing}: the brokers refuse this client (${said})`, {
        disposition: halt,
        cause: error,
      });
    case 'unknown-topic':
      return new CodedError('X_KAFKA_UNKNOWN_TOPIC', `${doing}: the topic does not exist; provision it first`, {
        disposition: halt,
        cause: error,
      });
    case 'not-in-group':
      return new CodedError('X_KAFKA_NOT_IN_GROUP', `${doing}: this membership is over (${said})`, {
        disposition: retry(),
        cause: error,
      });
    case 'fenced':
      return fencedError(doing, error);
    case 'unexpected':
      return new CodedError('X_KAFKA_UNEXPECTED', `${doing}: ${said}`, { disposition: retry(), cause: error });
  }
}

function describe(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { type, name, message } = error as Record<string, unknown>;
  return typeof type === 'string' ? type : `${String(name)}: ${String(message)}`;
}
