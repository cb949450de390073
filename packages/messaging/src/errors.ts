import { exitCodes } from '@millrace/service';
import { CodedError, type CodedErrorOptions, type Disposition, deadLetter, retry } from './disposition.ts';

/** Every code this package throws or writes into a dead letter: what it means and what fixes it. */
export const messagingErrors = {
  X_DELIVERY_FAILED: 'Kafka did not acknowledge a record in time; it is sent again by itself once the brokers answer.',
  X_DELIVERY_TOO_LARGE:
    'A record is larger than its topic accepts; raise max.message.bytes or let the producer claim-check it.',
  X_DELIVERY_CLOSED: 'A record was sent through a producer that is closed; the process is ending.',
  X_DELIVERY_BUFFER_FULL: 'More bytes wait for Kafka than the producer may hold; slow down, it empties by itself.',
  X_DELIVERY_REFUSED:
    'Kafka refused a record for good (invalid, unauthorised or unknown topic); the message says which.',
  X_DECODE_EMPTY: 'A record has no value; this topic does not carry tombstones.',
  X_DECODE_FAILED: 'A record is not Avro of a known schema; find its producer, mend it, then redrive or discard.',
  X_DECODE_TIME:
    'A record states no time, and the time that Kafka has of it is none that a date can say; correct the clock of its producer, then discard it.',
  X_HANDLER_FAILED: 'A handler threw an error that it does not declare: a defect; the stack says where.',
  X_HANDLER_TIMEOUT: 'A handler did not finish within its time; the dependency is slow or the limit too low.',
  X_HANDLER_BLOCKED:
    'The handler of one record kept the event loop from running until its group gave the process up, three times; bound the work that one record can cause, then redrive or discard it.',
  X_HANDLER_CRASHED:
    'The process ended three times while the handler of one record ran and nothing else did (memory, an exit, a handler that never answers); find what it cannot bear, then redrive or discard it.',
  X_HANDLER_STUCK: 'A handler did not finish and did not obey its signal within maxProcessingMs; the process ends.',
  X_HEARTBEAT_STALE: 'The group coordinator has not answered for almost a session; nothing starts until it does.',
  X_OUTPUT_TOPIC: 'A handler named an output topic that its pipeline does not declare in `to`.',
  X_SEQUENCE_TIME:
    'An event time is outside of what a sequence can hold; map the field that holds the time of the event.',
  X_BODY_MISMATCH:
    'A claim-checked body does not have the digest that its record states; it was changed or is damaged. Look at the body store; the digest is in the raw record.',
  X_OUTCOME_UNREADABLE: 'A recorded outcome cannot be read back; it was written by an incompatible version.',
  X_COMMIT_METADATA_TOO_LARGE:
    'The brokers refuse the metadata of a commit; set offset.metadata.max.bytes to 4096 or more. Until then a crash repeats everything behind the oldest unfinished record.',
  X_BREAKER_OPEN: 'The dependency of this pipeline is away; it is probed, and everything goes on by itself.',
  X_KEY_HELD:
    'An earlier record of this key is a dead letter, and its pipeline holds the key; redrive or discard that one, this one follows by itself.',
  X_KEYS_HELD_TOO_MANY:
    'More keys are held than maxHeldKeys: something fails for most records; mend it, redrive or discard, then `millrace pipelines resume`.',
  X_GROUP_OFFSETS_LOST:
    'A group that has worked before has no committed offset any more, and its log does not begin at 0: records may have been deleted unread. Say where it should go on (`millrace pipelines seek`), or resume the pipeline to begin at the earliest records.',
  X_GROUP_NOT_EMPTY:
    'Offsets of a group were to be set while somebody is in it; `millrace pipelines seek` makes the members leave first. One that died leaves when its session is over.',
  X_PIPELINE_HALTED: 'An operator halted this pipeline; `millrace pipelines resume` lifts it.',
  X_MEMBER_FENCED:
    'Another process joined the group under the same instance id; this one ends with 78 and is not started again. Give every instance an ordinal of its own.',
} as const;

export type MessagingErrorCode = keyof typeof messagingErrors;

export interface DeliveryErrorOptions extends Omit<CodedErrorOptions, 'disposition' | 'step'> {
  /** True when the record may have been written all the same: sending again may duplicate it, which its id absorbs. */
  readonly ambiguous: boolean;
  /** Retry when absent. */
  readonly disposition?: Disposition;
}

/** Why a record was not acknowledged. */
export class DeliveryError extends CodedError {
  readonly ambiguous: boolean;

  constructor(code: string, message: string, options: DeliveryErrorOptions) {
    super(code, message, { ...options, disposition: options.disposition ?? retry(), step: 'produce' });
    this.ambiguous = options.ambiguous;
  }
}

/** Another process has this one's place in a group: it must end, and must not be started again. */
export function fencedError(doing: string, cause?: unknown): CodedError {
  const message = `${doing}: another process has joined under the same instance id`;
  const error = new CodedError('X_MEMBER_FENCED', message, { disposition: retry(), cause });
  return Object.assign(error, { exitCode: exitCodes.fenced });
}

/** Why the offsets of a group were not set. */
export function groupNotEmpty(group: string, cause?: unknown): CodedError {
  const message = `the offsets of group ${group} can be set only while nobody is in it, and somebody is; halt its pipeline and let its members leave`;
  return new CodedError('X_GROUP_NOT_EMPTY', message, { disposition: retry(), cause });
}

/** True across realms and copies of this module. */
export function isDeliveryError(error: unknown): error is DeliveryError {
  return Error.isError(error) && error.name === 'CodedError' && 'ambiguous' in error;
}

export function recordTooLarge(topic: string, bytes: number, limit: number): DeliveryError {
  return new DeliveryError(
    'X_DELIVERY_TOO_LARGE',
    `a record for ${topic} has ${bytes} bytes, its topic accepts ${limit}; raise max.message.bytes or claim-check it`,
    { ambiguous: false, disposition: deadLetter },
  );
}
