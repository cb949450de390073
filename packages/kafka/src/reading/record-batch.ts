import { CodedError, halt } from '@millrace/messaging';
import type { Checksum } from './checksum.ts';

const headerBytes = 61;
const frameBytes = 12;
const magicAt = 16;
const checksumAt = 17;
const checkedFrom = 21;
const magic = 2;
/** The end of the log that an answer states is a little older than its records; by more than this no answer is. */
const mostAheadRecords = 1_000_000;

/** By Kafka's names: its checksum is wrong, or whatever else was thrown while the log was read. */
const unread: ReadonlySet<string> = new Set(['CORRUPT_MESSAGE', 'UNKNOWN_SERVER_ERROR']);

/** A batch as it stands in the log; its records are still in the answer's bytes. */
export interface RawBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly attributes: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly count: number;
  readonly payload: Buffer;
}

/** Why a partition's log cannot be read on. */
export interface Damage {
  /** A predicate of the batch: "has a checksum that does not fit its bytes". Never its bytes. */
  readonly what: string;
  /** The last offset of the batch, by what it says itself; null where that cannot be. */
  readonly lastOffset: number | null;
  readonly cause?: unknown;
}

export interface Splitting {
  /** What was asked for. */
  readonly from: number;
  /** Where the log ends, by the same answer. */
  readonly end: number;
  readonly checksum: Checksum;
}

export interface SplitBatches {
  readonly batches: readonly RawBatch[];
  /** Of the first batch: of a later one nothing is said until it is asked for. */
  readonly damage: Damage | null;
}

/**
 * The whole batches at the beginning that are what they say. The last one may be cut off by the size of the answer; the
 * first never is, so one that is not whole is damaged. Nothing of a batch is believed before its checksum fits.
 */
export function splitBatches(data: Buffer, splitting: Splitting): SplitBatches {
  const batches: RawBatch[] = [];
  let next = splitting.from;
  for (let at = 0; at < data.length; ) {
    const found = batchAt(data, at, next, splitting);
    if ('what' in found) return { batches, damage: batches.length === 0 ? found : null };
    batches.push(found);
    next = found.lastOffset + 1;
    at += headerBytes + found.payload.length;
  }
  return { batches, damage: null };
}

function batchAt(data: Buffer, at: number, next: number, { end, checksum }: Splitting): RawBatch | Damage {
  const damaged = (what: string, lastOffset: number | null = null): Damage => ({ what, lastOffset });
  if (data.length - at <= magicAt) return damaged('is cut off');
  const format = data[at + magicAt] as number;
  if (format !== magic) return damaged(`has format ${format}, where Kafka 0.11 and later write format 2`);
  const size = frameBytes + data.readInt32BE(at + 8);
  if (size < headerBytes) return damaged(`states a length of ${size} bytes`);
  if (size > data.length - at) return damaged(`is cut off: it states ${size} bytes, ${data.length - at} came`);
  const firstOffset = Number(data.readBigInt64BE(at));
  const lastOffset = firstOffset + data.readInt32BE(at + 23);
  const isPlausible = firstOffset >= 0 && firstOffset <= lastOffset && next <= lastOffset;
  const last = isPlausible && lastOffset < end + mostAheadRecords ? lastOffset : null;
  if (checksum(data.subarray(at + checkedFrom, at + size)) !== data.readUInt32BE(at + checksumAt))
    return damaged('has a checksum that does not fit its bytes', last);
  if (last === null) return damaged(`states offsets ${firstOffset} to ${lastOffset}, where ${next} comes next`);
  const count = data.readInt32BE(at + 57);
  if (count < 0 || count > lastOffset - firstOffset + 1)
    return damaged(`states ${count} records at offsets ${firstOffset} to ${lastOffset}`, last);
  return {
    firstOffset,
    lastOffset,
    attributes: data.readInt16BE(at + 21),
    firstTimestamp: Number(data.readBigInt64BE(at + 27)),
    maxTimestamp: Number(data.readBigInt64BE(at + 35)),
    producerId: data.readBigInt64BE(at + 43),
    count,
    payload: data.subarray(at + headerBytes, at + size),
  };
}

/** What the broker says of a partition that it cannot read itself; the others of the same answer are none the worse. */
export function unreadByBroker(answer: string): Damage | null {
  if (!unread.has(answer)) return null;
  return { what: `cannot be read by its broker either, which answers ${answer}`, lastOffset: null };
}

export function safeOffset(offset: bigint, topic: string, partition: number): number {
  if (offset <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(offset);
  throw new CodedError('X_KAFKA_OFFSET_TOO_LARGE', `${topic}/${partition} has offset ${offset}, beyond 2^53 - 1`, {
    disposition: halt,
  });
}
