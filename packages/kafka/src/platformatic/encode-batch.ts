import type { OutboundRecord } from '@millrace/messaging';
import type { Checksum } from '../reading/checksum.ts';

/** From the base offset to the number of records. */
export const batchHeaderBytes = 61;
/** Length and checksum cover what comes after these. */
const lengthEnd = 12;
const checksumFrom = 21;
const magic = 2;

const varintBytes = (value: number): number => {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let bytes = 1;
  while (rest > 127) {
    rest >>>= 7;
    bytes++;
  }
  return bytes;
};

/** Zigzag of up to 53 bits, by arithmetic: BigInt would cost more than the rest of the record. */
const zigzag = (value: number): number => (value >= 0 ? value * 2 : value * -2 - 1);

const varlongBytes = (value: number): number => {
  let rest = zigzag(value);
  let bytes = 1;
  while (rest > 127) {
    rest = Math.floor(rest / 128);
    bytes++;
  }
  return bytes;
};

const fieldBytes = (field: Buffer | null): number => (field === null ? 1 : varintBytes(field.length) + field.length);

function bodyBytes(record: OutboundRecord, timestampDelta: number, offsetDelta: number): number {
  let bytes = 1 + varlongBytes(timestampDelta) + varintBytes(offsetDelta);
  bytes += fieldBytes(record.key) + fieldBytes(record.value) + varintBytes(record.headers.length);
  for (const [name, value] of record.headers) {
    const nameBytes = Buffer.byteLength(name);
    bytes += varintBytes(nameBytes) + nameBytes + fieldBytes(value);
  }
  return bytes;
}

/** Writes into a buffer that is known to be large enough. */
class RecordWriter {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  byte(value: number): void {
    this.#data[this.#at++] = value;
  }

  varint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 127) {
      this.#data[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#data[this.#at++] = rest;
  }

  varlong(value: number): void {
    let rest = zigzag(value);
    while (rest > 127) {
      this.#data[this.#at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#data[this.#at++] = rest;
  }

  field(field: Buffer | null): void {
    if (field === null) {
      this.varint(-1);
      return;
    }
    this.varint(field.length);
    this.#data.set(field, this.#at);
    this.#at += field.length;
  }

  text(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.varint(bytes);
    this.#data.write(text, this.#at, bytes, 'utf8');
    this.#at += bytes;
  }
}

export interface EncodedRecords {
  /** The records, not compressed yet. */
  readonly data: Buffer;
  readonly count: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
}

/** Ordered, repeated and null headers go out as they are given. */
export function encodeRecords(records: readonly OutboundRecord[], now: number): EncodedRecords {
  const firstTimestamp = records[0]?.timestamp ?? now;
  let maxTimestamp = firstTimestamp;
  let total = 0;
  const sizes = records.map((record, index) => {
    const timestamp = record.timestamp ?? now;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    const bytes = bodyBytes(record, timestamp - firstTimestamp, index);
    total += varintBytes(bytes) + bytes;
    return bytes;
  });
  const data = Buffer.allocUnsafe(total);
  const writer = new RecordWriter(data);
  records.forEach((record, index) => {
    writer.varint(sizes[index] as number);
    writer.byte(0);
    writer.varlong((record.timestamp ?? now) - firstTimestamp);
    writer.varint(index);
    writer.field(record.key);
    writer.field(record.value);
    writer.varint(record.headers.length);
    for (const [name, value] of record.headers) {
      writer.text(name);
      writer.field(value);
    }
  });
  return { data, count: records.length, firstTimestamp, maxTimestamp };
}

/** Writes one batch of format 2 at the position; returns where it ends. No producer id: records carry ids of their own. */
export function writeBatch(
  target: Buffer,
  at: number,
  records: Omit<EncodedRecords, 'data'>,
  payload: Buffer,
  codec: number,
  checksum: Checksum,
): number {
  const batch = target.subarray(at, at + batchHeaderBytes + payload.length);
  batch.fill(0, 0, 8);
  batch.writeInt32BE(batch.length - lengthEnd, 8);
  batch.writeInt32BE(-1, 12);
  batch[16] = magic;
  batch.writeInt16BE(codec, checksumFrom);
  batch.writeInt32BE(records.count - 1, 23);
  batch.writeBigInt64BE(BigInt(records.firstTimestamp), 27);
  batch.writeBigInt64BE(BigInt(records.maxTimestamp), 35);
  batch.writeBigInt64BE(-1n, 43);
  batch.writeInt16BE(-1, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(records.count, 57);
  batch.set(payload, batchHeaderBytes);
  batch.writeUInt32BE(checksum(batch.subarray(checksumFrom)), 17);
  return at + batch.length;
}
