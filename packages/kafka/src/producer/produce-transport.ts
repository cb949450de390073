import type { OutboundRecord } from '@millrace/messaging';

export interface TopicShape {
  readonly partitions: number;
  /** Largest record batch the topic accepts. */
  readonly maxMessageBytes: number;
}

/** How batches are compressed on the wire. Every codec of the protocol is read. */
export type Compression = 'zstd' | 'gzip' | 'none';

/**
 * Below this a batch goes as it is. Setting up zstd costs 40 µs however little there is to do, on both sides and again at
 * the broker, and a pipeline that is not under load sends its records one by one.
 */
export const compressFromBytes = 4_096;

/** The records of one partition in one request. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly OutboundRecord[];
  readonly bytes: number;
}

/** What the leader answered for one partition. */
export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  /** 0 is success. */
  readonly errorCode: number;
  readonly baseOffset: number;
}

/**
 * Carries requests to leaders; the accumulator decides what, when and again. Never retries and never hides a partial
 * answer. Every rejection is a `TransportError`.
 */
export interface ProduceTransport {
  topic(name: string): Promise<TopicShape>;
  /** From what is known now, without asking; null when nothing is. */
  leader(topic: string, partition: number): number | null;
  /** `beforeWrite` is called once the request is packed, right before its first byte leaves; what it throws ends it unsent. */
  produce(
    node: number,
    batches: readonly PartitionBatch[],
    beforeWrite: () => void,
  ): Promise<readonly PartitionAnswer[]>;
  /** Cuts every connection and starts anew, so that no late answer and no late write of an abandoned request follows. */
  recycle(): Promise<void>;
  close(): Promise<void>;
}

/** `withdrawn`: a caller took a record back before its request left; nothing is wrong with the connection. */
export type TransportFailure = 'unavailable' | 'refused' | 'unknown-topic' | 'unexpected' | 'withdrawn';

export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;
  /** True when the request may have reached the broker. */
  readonly ambiguous: boolean;

  constructor(message: string, options: { failure: TransportFailure; ambiguous: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.failure = options.failure;
    this.ambiguous = options.ambiguous;
  }
}

export const withdrawnRecord = (): TransportError =>
  new TransportError('a caller took a record back', { failure: 'withdrawn', ambiguous: false });
