import type { OutboundRecord } from '@millrace/messaging';

export interface TopicShape {
  readonly partitions: number;
  /** Largest record batch the topic accepts. */
  readonly maxMessageBytes: number;
}

/** How batches are compressed on the wire, where they are large enough. Every codec of the protocol is read. */
export type Compression = 'zstd' | 'gzip' | 'none';

/** What the batches of one request are packed with. */
export type WireCodec = Compression | 'lz4';

/** A record or two shrink by too little. */
const packFromBytes = 2 * 1_024;
/**
 * Setting zstd up costs 30 to 40 µs on either side, however little there is to do: with 8 KB lz4 takes a quarter of its
 * time, with 16 KB two thirds.
 */
const zstdFromBytes = 16 * 1_024;

/**
 * By the size of the batch that a byte of the request is in on average: a pipeline that is not under load sends a record
 * or two at a time, and beside one large batch the small ones do not count.
 */
export function wireCodec(compression: Compression, batches: readonly Pick<PartitionBatch, 'bytes'>[]): WireCodec {
  let sum = 0;
  let squares = 0;
  for (const { bytes } of batches) {
    sum += bytes;
    squares += bytes * bytes;
  }
  const size = squares / sum;
  if (size < packFromBytes) return 'none';
  return compression === 'zstd' && size < zstdFromBytes ? 'lz4' : compression;
}

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
