import type { HeaderPair } from '@millrace/messaging';

const noHeaders: readonly HeaderPair[] = Object.freeze([]);
/** Two lengths of one byte each. */
const leastHeaderBytes = 2;

/**
 * Reads records one behind the other. A checksum says that they are as they were written, not that they were written well:
 * no length leads out of its record, and no number of anything is believed beyond the bytes that are there for it.
 */
export class RecordReader {
  readonly #data: Buffer;
  #at = 0;
  /** Of the record. */
  #end: number;

  constructor(data: Buffer) {
    this.#data = data;
    this.#end = data.length;
  }

  /** Reads the length and passes over the attributes. */
  startRecord(): void {
    this.#end = this.#data.length;
    const length = this.varint();
    if (length < 1 || length > this.#data.length - this.#at) throw new RangeError('has a record that ends beyond it');
    this.#end = this.#at + length;
    this.#at++;
  }

  /** The rest of it is not wanted. */
  skipRecord(): void {
    this.#at = this.#end;
  }

  endRecord(): void {
    if (this.#at !== this.#end) throw new RangeError('has a record with bytes left over');
  }

  /** Nothing may come behind the last record. */
  endRecords(): void {
    if (this.#at !== this.#data.length) throw new RangeError('has bytes behind its last record');
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError('has a number that does not end');
  }

  varlong(): number {
    let value = 0;
    let scale = 1;
    for (let bytes = 1; bytes <= 10; bytes++) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new RangeError('has a number that does not end');
  }

  field(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.#bytes(length);
  }

  headers(): readonly HeaderPair[] {
    const count = this.varint();
    if (count === 0) return noHeaders;
    if (count < 0 || count * leastHeaderBytes > this.#end - this.#at)
      throw new RangeError('has a record with more headers than bytes');
    const pairs: HeaderPair[] = [];
    for (let index = 0; index < count; index++) {
      const name = this.#bytes(this.varint()).toString('utf8');
      pairs.push([name, this.field()]);
    }
    return pairs;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new RangeError('has a record that ends in the middle');
    return this.#data[this.#at++] as number;
  }

  /** A view, not a copy. */
  #bytes(length: number): Buffer {
    if (length < 0 || length > this.#end - this.#at) throw new RangeError('has a field that ends beyond its record');
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }
}
