import type { Topic } from '@millrace/contracts';

/**
 * Avro in the Confluent wire format (magic byte 0, 4-byte schema id, body).
 * Runtime only looks schemas up; ids of the topics named are pinned at boot.
 */
export interface Serde {
  /** Looks up and pins the writer ids of these topics. Rejects with a coded error that names the subject missing. */
  pin(topics: readonly Topic<unknown>[]): Promise<void>;
  /** Synchronous: the id is pinned. Throws `X_SERDE_ENCODE` with the failing path, dead-letter. */
  encode<T>(topic: Topic<T>, value: T): Buffer;
  /** A promise only for a writer id met for the first time. Undecodable bytes: dead-letter; registry away: retry, unavailable. */
  decode<T>(topic: Topic<T>, bytes: Buffer): T | Promise<T>;
}
