import { CodedError, type HeaderPair, halt, type InboundRecord, retry } from '@millrace/messaging';
import { recordTime } from '../reading/record-time.ts';
import { decompress } from './codecs.ts';

const headerBytes = 61;
const frameBytes = 12;
const magic = 2;
const codecMask = 7;
const logAppendTime = 8;
const transactional = 16;
const control = 32;
/** The second field of a control record's key. */
const abortMarker = 0;
const noHeaders: readonly HeaderPair[] = Object.freeze([]);

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

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/** The whole batches at the beginning; the last one may be cut off by the size of the answer. */
export function splitBatches(data: Buffer, topic: string, partition: number): readonly RawBatch[] {
  const batches: RawBatch[] = [];
  for (let at = 0; at + headerBytes <= data.length; ) {
    const end = at + frameBytes + data.readInt32BE(at + 8);
    if (end > data.length) break;
    if (data[at + 16] !== magic)
      throw new CodedError('X_KAFKA_UNEXPECTED', `${topic}/${partition} has batches of a format before Kafka 0.11`, {
        disposition: retry(),
      });
    const firstOffset = safeOffset(data.readBigInt64BE(at), topic, partition);
    batches.push({
      firstOffset,
      lastOffset: firstOffset + data.readInt32BE(at + 23),
      attributes: data.readInt16BE(at + 21),
      firstTimestamp: Number(data.readBigInt64BE(at + 27)),
      maxTimestamp: Number(data.readBigInt64BE(at + 35)),
      producerId: data.readBigInt64BE(at + 43),
      count: data.readInt32BE(at + 57),
      payload: data.subarray(at + headerBytes, end),
    });
    at = end;
  }
  return batches;
}

export function safeOffset(offset: bigint, topic: string, partition: number): number {
  if (offset <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(offset);
  throw new CodedError('X_KAFKA_OFFSET_TOO_LARGE', `${topic}/${partition} has offset ${offset}, beyond 2^53 - 1`, {
    disposition: halt,
  });
}

export interface DecodeOptions {
  readonly topic: string;
  readonly partition: number;
  /** A batch may begin before what was asked for. */
  readonly from: number;
  readonly aborted: readonly AbortedTransaction[];
}

/** The records of a read of settled records: control records and those of aborted transactions are left out. */
export async function decodeBatches(batches: readonly RawBatch[], options: DecodeOptions): Promise<InboundRecord[]> {
  const records: InboundRecord[] = [];
  const pending = options.aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<bigint>();
  for (const batch of batches) {
    while (pending[0] !== undefined && pending[0].firstOffset <= batch.lastOffset)
      aborting.add((pending.shift() as AbortedTransaction).producerId);
    if ((batch.attributes & control) !== 0) {
      if (aborting.size > 0 && isAbort(batch)) aborting.delete(batch.producerId);
      continue;
    }
    if ((batch.attributes & transactional) !== 0 && aborting.has(batch.producerId)) continue;
    const codec = batch.attributes & codecMask;
    const data = codec === 0 ? batch.payload : await decompress(batch.payload, codec);
    readRecords(data, batch, options, records);
  }
  return records;
}

function isAbort({ payload }: RawBatch): boolean {
  const reader = new RecordReader(payload);
  reader.startRecord();
  reader.varlong();
  reader.varint();
  const key = reader.field();
  return key !== null && key.length >= 4 && key.readInt16BE(2) === abortMarker;
}

function readRecords(data: Buffer, batch: RawBatch, options: DecodeOptions, into: InboundRecord[]): void {
  const { topic, partition, from } = options;
  const isAppendTime = (batch.attributes & logAppendTime) !== 0;
  const reader = new RecordReader(data);
  for (let index = 0; index < batch.count; index++) {
    const end = reader.startRecord();
    const timestamp = recordTime(isAppendTime ? batch.maxTimestamp : batch.firstTimestamp + reader.varlong());
    if (isAppendTime) reader.varlong();
    const offset = batch.firstOffset + reader.varint();
    if (offset >= from) {
      const key = reader.field();
      const value = reader.field();
      into.push({ topic, partition, offset, timestamp, key, value, headers: reader.headers() });
    }
    reader.at = end;
  }
}

class RecordReader {
  readonly #data: Buffer;
  at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  /** Reads the length and skips the attributes; returns where the record ends. */
  startRecord(): number {
    const length = this.varint();
    const end = this.at + length;
    if (length < 1 || end > this.#data.length) throw new RangeError('a record reaches beyond its batch');
    this.at++;
    return end;
  }

  varint(): number {
    let value = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = this.#data[this.at++] as number;
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return (value >>> 1) ^ -(value & 1);
  }

  varlong(): number {
    let value = 0;
    let scale = 1;
    let byte: number;
    do {
      byte = this.#data[this.at++] as number;
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  field(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const field = this.#data.subarray(this.at, this.at + length);
    this.at += length;
    return field;
  }

  headers(): readonly HeaderPair[] {
    const count = this.varint();
    if (count <= 0) return noHeaders;
    const pairs: HeaderPair[] = [];
    for (let index = 0; index < count; index++) {
      const length = this.varint();
      const name = this.#data.toString('utf8', this.at, this.at + length);
      this.at += length;
      pairs.push([name, this.field()]);
    }
    return pairs;
  }
}
