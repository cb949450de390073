import { CodedError, halt, retry, type TopicPartition } from '@millrace/messaging';
import { classifyClientFailure, clientError } from '../errors.ts';

/** A refusal is for an operator to mend; after anything else a fresh process is the best that can be tried. */
export function crashOf(error: Error): CodedError {
  const failure = classifyClientFailure(error);
  if (failure === 'fenced' || failure === 'refused') return clientError('the group membership ended', error);
  return new CodedError('X_KAFKA_CLIENT_CRASHED', `the Kafka client gave up: ${error.name}: ${error.message}`, {
    disposition: retry(),
    cause: error,
  });
}

export const metadataTooLarge = (error: unknown): CodedError =>
  new CodedError('X_COMMIT_METADATA_TOO_LARGE', 'the brokers refuse a commit with so much metadata', {
    disposition: retry(),
    cause: error,
  });

export const listenerThrew = (callback: string, error: unknown): CodedError =>
  new CodedError('X_KAFKA_LISTENER_THREW', `${callback} of a group's owner threw, which it must not`, {
    disposition: retry(),
    cause: error,
  });

export const notInGroup = (group: string): CodedError =>
  new CodedError('X_KAFKA_NOT_IN_GROUP', `group ${group}: no assignment is in force`, { disposition: retry() });

export const offsetOutOfRange = (group: string, { topic, partition }: TopicPartition): CodedError =>
  new CodedError(
    'X_KAFKA_OFFSET_OUT_OF_RANGE',
    `group ${group} stands at an offset of ${topic}/${partition} that the log no longer has`,
    { disposition: halt },
  );

export const memberClosed = (): CodedError =>
  new CodedError('X_KAFKA_CLOSED', 'the membership was closed', { disposition: retry() });
