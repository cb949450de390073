import { type DeliveryReport, type OutboundRecord, recordTooLarge } from '@millrace/messaging';
import { noBytes } from './failures.ts';
import type { TopicShape } from './produce-transport.ts';

/** One record that has no final word yet. */
export interface Waiting {
  /** Dropped when the caller gives up while the record still waits, so that its bytes are free at once. */
  record: OutboundRecord | null;
  readonly topic: string;
  readonly bytes: number;
  readonly deadline: number;
  readonly epoch: number;
  /** A request that carried it ended without a clear answer. */
  maybeWritten: boolean;
  settled: boolean;
  /** The caller's: looked at once more before the record leaves. */
  signal: AbortSignal | null;
  readonly report: DeliveryReport;
}

/**
 * One partition's records, in the order of the calls. At most one request carries them at a time: `inFlight` is its
 * batch, `again` are batches that must be sent again before anything of `queue`, in order.
 */
export interface Lane {
  readonly topic: string;
  readonly partition: number;
  queue: Waiting[];
  again: Waiting[][];
  inFlight: readonly Waiting[] | null;
  /** Failed requests in a row. */
  failures: number;
  /** Not before this time: set after a failure. */
  notBefore: number;
  /** Why, for the message of a record that expires. */
  lastFailure: string;
}

/** One lane's part of a request. */
export interface Carried {
  readonly lane: Lane;
  readonly batch: readonly Waiting[];
  readonly bytes: number;
}

export function createLane(topic: string, partition: number): Lane {
  return {
    topic,
    partition,
    queue: [],
    again: [],
    inFlight: null,
    failures: 0,
    notBefore: 0,
    lastFailure: 'no leader answered',
  };
}

export const laneIsEmpty = (lane: Lane): boolean =>
  lane.queue.length === 0 && lane.again.length === 0 && lane.inFlight === null;

/** Whether they were written is not known, and will be said of each that fails. */
export function doubt(batch: readonly Waiting[]): void {
  for (const waiting of batch) waiting.maybeWritten = true;
}

/** Takes the next batch: what must go again first, else what waits, up to the limits; at least one record. */
export function takeBatch(
  lane: Lane,
  limits: { readonly records: number; readonly bytes: number },
  mayLeave: (waiting: Waiting) => boolean,
): Waiting[] {
  const resend = lane.again.shift()?.filter(mayLeave);
  if (resend !== undefined && resend.length > 0) return resend;
  if (resend !== undefined) return takeBatch(lane, limits, mayLeave);
  const batch: Waiting[] = [];
  let bytes = 0;
  let taken = 0;
  for (const waiting of lane.queue) {
    if (mayLeave(waiting)) {
      if (batch.length >= limits.records || (batch.length > 0 && bytes + waiting.bytes > limits.bytes)) break;
      bytes += waiting.bytes;
      batch.push(waiting);
    }
    taken++;
  }
  lane.queue = taken === lane.queue.length ? [] : lane.queue.slice(taken);
  return batch;
}

export const batchOverhead = 61;
const recordOverhead = 32;

/** Header names are few and come with every record: looking one up is a fifth of measuring it. */
const nameBytes = new Map<string, number>();
const mostNames = 1_024;

function bytesOfName(name: string): number {
  const known = nameBytes.get(name);
  if (known !== undefined) return known;
  const bytes = Buffer.byteLength(name);
  if (nameBytes.size < mostNames) nameBytes.set(name, bytes);
  return bytes;
}

/**
 * Upper bound of what the record adds to a batch, uncompressed. Throws for a field that is neither bytes nor null,
 * whatever its type says: a client would write its text, or fail the request of all others with it.
 */
export function sizeOfRecord(record: OutboundRecord): number {
  const { topic, key, value, headers } = record;
  let bytes = recordOverhead + bytesOfField(topic, 'key', key) + bytesOfField(topic, 'value', value);
  for (const [name, field] of headers) bytes += bytesOfName(name) + bytesOfField(topic, name, field) + 8;
  return bytes;
}

function bytesOfField(topic: string, name: string, field: Uint8Array | null): number {
  if (field === null) return 0;
  if (ArrayBuffer.isView(field) && field.BYTES_PER_ELEMENT === 1) return field.length;
  throw noBytes(topic, name);
}

/** Why a record can never be in a batch of this topic; undefined when it can. */
export function whyTooLarge(topic: string, bytes: number, shape: TopicShape): Error | undefined {
  const size = bytes + batchOverhead;
  return size > shape.maxMessageBytes ? recordTooLarge(topic, size, shape.maxMessageBytes) : undefined;
}
